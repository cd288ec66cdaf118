import { defineSink } from '../../toolkit/declaration.ts'
import { s3Config } from './config.ts'
import { s3Mistake } from './mistake.ts'

export const s3 = defineSink({
  type: 's3',
  summary:
    'Objects in a bucket of Amazon S3, or of what speaks its protocol: JSON lines (NDJSON), or OCSF as Parquet for Amazon Security Lake.',
  config: s3Config,
  format: 'ocsf',
  batch: { eventsMax: 10_000, bytesMax: 16 * 2 ** 20, timeoutMs: 300_000, alignedTo: 'received' },
  concurrency: 2,
  mistake: s3Mistake,
  examples: [
    {
      title: 'A bucket of Amazon, with the credentials of the environment',
      yaml: 'bucket: example-audit\nregion: eu-central-1\nprefix: openai\n',
    },
    {
      title: 'Another object store',
      yaml: 'bucket: audit\nregion: us-east-1\nendpoint: https://minio.example:9000\naccess_key_id: ${file:/run/secrets/s3-key}\nsecret_access_key: ${file:/run/secrets/s3-secret}\n',
    },
    {
      title: 'Amazon Security Lake, with a custom source for each class: tailrace-3001, tailrace-3002, …',
      yaml: "bucket: aws-security-data-lake-eu-central-1-example\nregion: eu-central-1\nencoding: parquet\nocsf_version: '1.3.0'\nsecurity_lake:\n  account_id: '111122223333'\n",
    },
  ],
  create: async (config, context) => (await import('./sink.ts')).createS3Sink(config, context),
})
