import { z } from 'zod'
import { compressionSettings } from '../../toolkit/body/compress.ts'
import { httpSettings } from '../../toolkit/http/settings.ts'
import { bytes, httpUrl, secret } from '../../toolkit/settings.ts'
import { pathFault } from './key.ts'

const STORAGE_CLASSES = ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'] as const

export const s3Config = z.strictObject({
  bucket: z
    .string()
    .min(1)
    .regex(/^[^/\s]+$/, { error: 'expected the name or the ARN of a bucket, without "/"; folders belong into prefix' })
    .describe('Name of the bucket, or ARN of an access point.'),
  region: z
    .string()
    .min(1)
    .optional()
    .describe("Region of the bucket. Default: as the SDK finds it, such as in AWS_REGION or the profile's."),
  prefix: z
    .string()
    .regex(/^(?!\/)(.*[^/])?$/, { error: 'expected a path without "/" at its start and end' })
    .default('')
    .describe('What the name of every object begins with, such as `audit/prod`.'),
  path: z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const fault = pathFault(text)
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, input: text })
    })
    .optional()
    .describe(
      "Folder of an object below the prefix. Placeholders: {source}, {stream}, {class_uid} (of OCSF), and the event's own time in UTC, %Y %m %d %H. Default: `source={source}/day=%Y-%m-%d`. Parquet has the folders of Security Lake instead.",
    ),
  encoding: z
    .enum(['ndjson', 'parquet'])
    .default('ndjson')
    .describe('ndjson: lines of JSON, compressed as compression says. parquet: OCSF in the layout of Amazon Security Lake.'),
  security_lake: z
    .strictObject({
      source_name: z
        .string()
        .regex(/^[A-Za-z0-9_.:/-]*\{class_uid\}[A-Za-z0-9_.:/-]*$/, { error: 'expected letters, digits, "_.:/-", and {class_uid} once' })
        .default('tailrace-{class_uid}')
        .describe('Names of the custom sources, of which Security Lake wants one for each class: each has to exist there.'),
      account_id: z
        .string()
        .regex(/^(\d{12}|external(_[A-Za-z0-9_-]+)?)$/, { error: 'expected the 12 digits of an account, or external' })
        .default('external')
        .describe('`accountId` of the partition: an account of AWS, or `external`, or `external_<id>`.'),
      region: z.string().min(1).optional().describe('`region` of the partition. Default: region.'),
      compression: z.enum(['zstd', 'snappy', 'gzip']).default('zstd').describe('How the columns are compressed.'),
    })
    .optional()
    .describe('For parquet. Objects are called `<prefix>/ext/<source_name>/region=…/accountId=…/eventDay=YYYYMMDD/….parquet`.'),
  endpoint: httpUrl().optional().describe('URL of an object store other than that of Amazon, such as https://minio.example:9000.'),
  path_style: z
    .boolean()
    .optional()
    .describe('Whether the bucket stands in the path of the URL instead of its host name. Default: true with endpoint, false without.'),
  access_key_id: secret()
    .optional()
    .describe(
      "Default: the SDK's own chain: the environment, shared files and profiles, web identity, the role of the container or machine.",
    ),
  secret_access_key: secret().optional().describe('Belongs to access_key_id. Both are read again when their file changes.'),
  session_token: secret().optional().describe('Of temporary credentials.'),
  encryption: z
    .strictObject({
      type: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']).describe('Server-side encryption.'),
      kms_key_id: z.string().min(1).optional().describe('Key of KMS; the one of the account when not set.'),
    })
    .optional()
    .describe("How the object store encrypts. Default: the bucket's own."),
  storage_class: z.enum(STORAGE_CLASSES).optional().describe("Storage class; the bucket's own default when not set."),
  acl: z
    .enum(['private', 'bucket-owner-read', 'bucket-owner-full-control'])
    .optional()
    .describe('Canned ACL, for the bucket of another account.'),
  checksum: z
    .enum(['md5', 'crc32', 'sha256', 'none'])
    .default('md5')
    .describe(
      'Sent along for the store to compare with what it got; Object Lock demands one. Every store knows md5; in FIPS mode set another.',
    ),
  part_bytes: bytes({ min: '5MiB', max: '1GiB' }).prefault('16MiB').describe('An object larger than this travels in parts of this size.'),
  ...compressionSettings(['gzip', 'zstd', 'none']),
  ...httpSettings,
})

export type S3Config = z.output<typeof s3Config>
