import { defineSink } from '../../toolkit/declaration.ts'
import { s3Config } from './config.ts'

export const s3 = defineSink({
  type: 's3',
  summary: 'Objects of JSON lines (NDJSON) in a bucket of Amazon S3, or of what speaks its protocol.',
  config: s3Config,
  format: 'ocsf',
  batch: { eventsMax: 10_000, bytesMax: 16 * 2 ** 20, timeoutMs: 300_000, alignedTo: 'received' },
  concurrency: 2,
  mistake({ access_key_id, secret_access_key }) {
    if ((access_key_id === undefined) === (secret_access_key === undefined)) return undefined
    const missing = access_key_id === undefined ? 'access_key_id' : 'secret_access_key'
    return { path: [access_key_id === undefined ? 'secret_access_key' : 'access_key_id'], message: `${missing} is missing beside it` }
  },
  examples: [
    {
      title: 'A bucket of Amazon, with the credentials of the environment',
      yaml: 'bucket: example-audit\nregion: eu-central-1\nprefix: openai\n',
    },
    {
      title: 'Another object store',
      yaml: 'bucket: audit\nregion: us-east-1\nendpoint: https://minio.example:9000\naccess_key_id: ${file:/run/secrets/s3-key}\nsecret_access_key: ${file:/run/secrets/s3-secret}\n',
    },
  ],
  create: async (config, context) => (await import('./sink.ts')).createS3Sink(config, context),
})
