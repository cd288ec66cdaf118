import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { Logger } from '../../core/context.ts'
import { toError } from '../../core/errors.ts'
import type { S3Config } from './config.ts'

/** Parts of one object under way at once. */
const PARTS_MAX = 2

export interface EncodedObject {
  readonly key: string
  readonly body: Buffer
  readonly events: number
  readonly contentType: string
  readonly contentEncoding?: string | undefined
}

/** Resolves when the store holds the object. */
export async function upload(
  object: EncodedObject,
  { client, config, logger }: { client: S3Client; config: S3Config; logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { encryption, storage_class, acl, checksum } = config
  const params: PutObjectCommandInput = {
    Bucket: config.bucket,
    Key: object.key,
    Body: object.body,
    ContentType: object.contentType,
    ...(object.contentEncoding !== undefined && { ContentEncoding: object.contentEncoding }),
    ...(encryption !== undefined && { ServerSideEncryption: encryption.type }),
    ...(encryption?.kms_key_id !== undefined && { SSEKMSKeyId: encryption.kms_key_id }),
    ...(storage_class !== undefined && { StorageClass: storage_class }),
    ...(acl !== undefined && { ACL: acl }),
    ...((checksum === 'crc32' || checksum === 'sha256') && { ChecksumAlgorithm: checksum === 'crc32' ? 'CRC32' : 'SHA256' }),
    Metadata: {
      'tailrace-events': String(object.events),
      'tailrace-sha256': createHash('sha256').update(object.body).digest('hex'),
    },
  }
  signal.throwIfAborted()
  await new Upload({
    client: abortable({ client, config, logger }, signal),
    params,
    partSize: config.part_bytes,
    queueSize: PARTS_MAX,
  }).done()
}

/**
 * A client whose requests end on the signal, which the upload library does not pass on. Only the request that removes parts
 * after a failure runs on, and its own failure is logged: thrown, it would hide the first one.
 */
function abortable({ client, config, logger }: { client: S3Client; config: S3Config; logger: Logger }, signal: AbortSignal): S3Client {
  const send = async (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
    if (command instanceof AbortMultipartUploadCommand) {
      return await client.send(command).catch((error: unknown) => {
        if (toError(error).name === 'NoSuchUpload') return // Nor are there parts of it.
        const message = 'parts of an unfinished upload could not be removed; a lifecycle rule of the bucket should do it'
        logger.warn(message, { key: command.input.Key, error: toError(error) })
      })
    }
    const holdsBytes = command instanceof PutObjectCommand || command instanceof UploadPartCommand
    if (holdsBytes && config.checksum === 'md5') {
      command.input.ContentMD5 = createHash('md5')
        .update(command.input.Body as Uint8Array)
        .digest('base64')
    }
    return await client.send(command, { abortSignal: signal })
  }
  return Object.create(client, { send: { value: send } }) as S3Client
}
