import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { SinkContext } from '../../core/context.ts'
import { BlockedError, type TailraceError } from '../../core/errors.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { DELIVERED, type Sink } from '../../core/sink.ts'
import { httpOptions } from '../../toolkit/http/settings.ts'
import { anyChanged } from '../../toolkit/secret.ts'
import { createClient } from './client.ts'
import type { S3Config } from './config.ts'
import { createEncoding } from './encoding.ts'
import { s3Error } from './errors.ts'
import { EndpointHandler } from './handler.ts'
import { objectName, type Partition, partition } from './key.ts'
import { upload } from './upload.ts'

/** Objects of one write that are encoded and under way at once. */
const OBJECTS_MAX = 4

/** An object for each folder that the events of a write belong to; see docs/decisions/object-names.md. */
export function createS3Sink(config: S3Config, { clock, logger }: SinkContext): Sink {
  const http = httpOptions(config)
  const handler = new EndpointHandler(http, clock)
  let client = createClient(config, handler, clock)
  const encoding = createEncoding(config)
  const closed = new AbortController()
  const where = `bucket ${config.bucket}${config.endpoint === undefined ? '' : ` at ${config.endpoint.origin}`}`
  /** By the events of a write that is not done: the objects that are stored already. The engine tries again with the same list. */
  const stored = new WeakMap<readonly MappedEvent[], Set<string>>()
  const secrets = [config.access_key_id, config.secret_access_key, config.session_token].filter(secret => secret !== undefined)

  async function store({ folder, events }: Partition, done: Set<string>, signal: AbortSignal): Promise<void> {
    const path = [config.prefix, folder, objectName(events[0]!)].filter(part => part !== '').join('/')
    if (done.has(path)) return
    const { extension, ...encoded } = await encoding.encode(events)
    await upload({ ...encoded, key: `${path}${extension}`, events: events.length }, { client, config, logger }, signal)
    done.add(path)
  }

  /** All or nothing: what is written again takes the place of what was written before. */
  async function storeAll(events: readonly MappedEvent[], signal: AbortSignal): Promise<void> {
    const done = stored.get(events) ?? new Set()
    stored.set(events, done)
    const failed = new AbortController()
    const either = AbortSignal.any([signal, closed.signal, failed.signal])
    const partitions = partition(events, encoding.path).values()
    const worker = async () => {
      for (const each of partitions) {
        either.throwIfAborted()
        await store(each, done, either)
      }
    }
    const workers = Array.from({ length: OBJECTS_MAX }, async () => {
      try {
        await worker()
      } catch (error) {
        failed.abort(error) // The first one's reason; the others end on it.
      }
    })
    await Promise.all(workers)
    failed.signal.throwIfAborted()
    stored.delete(events)
  }

  function errorOf(cause: unknown): TailraceError {
    const error = s3Error(where, cause, clock.now())
    // A client keeps what the SDK has found by itself, such as credentials without an end: a new one looks again.
    if (error instanceof BlockedError) client = createClient(config, handler, clock)
    return error
  }

  return {
    async write(events, signal) {
      signal.throwIfAborted()
      try {
        await storeAll(events, signal)
        return DELIVERED
      } catch (cause) {
        signal.throwIfAborted()
        throw errorOf(cause)
      }
    },
    async check(signal) {
      const command = new ListObjectsV2Command({ Bucket: config.bucket, Prefix: config.prefix, MaxKeys: 1 })
      try {
        await client.send(command, { abortSignal: signal })
      } catch (cause) {
        signal.throwIfAborted()
        // The login is good: writing needs no right to list.
        if ((cause as Error).name !== 'AccessDenied') throw errorOf(cause)
        logger.info(`${where}: the credentials may not list it, which is not needed; whether they may write shows with the first object`)
      }
    },
    changed: signal => anyChanged([...secrets, ...http.secrets], clock, signal),
    async [Symbol.asyncDispose]() {
      closed.abort(new DOMException('The sink is closed', 'AbortError'))
      client.destroy()
      await handler.close()
    },
  }
}
