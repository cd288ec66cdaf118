import { S3Client } from '@aws-sdk/client-s3'
import { loadConfig, loadSharedConfigFiles, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from '@smithy/core/config'
import type { Clock } from '../../core/clock.ts'
import type { S3Config } from './config.ts'
import type { EndpointHandler } from './handler.ts'

/** The SDK asks anew for credentials that end within its own leeway of minutes, so a rotated file is read at once. */
const KNOWN_MS = 1000
/** Passed to the readers of shared files, which would otherwise keep for the life of the process what they have read once. */
const REREAD = { ignoreCache: true }

/** The client's own retries are off: the engine retries, and reports it. */
export function createClient(config: S3Config, handler: EndpointHandler, clock: Clock): S3Client {
  const { region, endpoint, path_style, access_key_id, secret_access_key, session_token } = config
  return new S3Client({
    requestHandler: handler,
    maxAttempts: 1,
    region: region ?? findRegion(),
    ...(endpoint !== undefined && { endpoint: endpoint.href }),
    forcePathStyle: path_style ?? endpoint !== undefined,
    // Other stores know no trailing checksums; TLS and the signature of the body guard it.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    ...REREAD,
    ...(access_key_id !== undefined &&
      secret_access_key !== undefined && {
        credentials: async () => ({
          accessKeyId: access_key_id.reveal(),
          secretAccessKey: secret_access_key.reveal(),
          ...(session_token !== undefined && { sessionToken: session_token.reveal() }),
          expiration: new Date(clock.now() + KNOWN_MS),
        }),
      }),
  })
}

/** As the SDK finds the region, but with the shared files read again: the SDK alone would never see a correction. */
function findRegion(): () => Promise<string> {
  let found: Promise<string> | undefined
  const find = async () => {
    await loadSharedConfigFiles(REREAD)
    return await loadConfig(NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS)()
  }
  return () => (found ??= find())
}
