import { createReadStream, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { temporaryFolder } from '../support/folder.ts'
import { type Certificate, createAuthority } from './certificates.ts'
import { install } from './install/recipe.ts'
import { OTELCOL } from './install/recipes.ts'
import { freePorts, isAnswering } from './ports.ts'
import { ServerProcess } from './process.ts'

/** A value of OTLP's JSON. */
export interface AnyValue {
  readonly stringValue?: string
  readonly intValue?: string
  readonly doubleValue?: number
  readonly boolValue?: boolean
  readonly arrayValue?: { readonly values?: readonly AnyValue[] }
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] }
}

export interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

/** A log record as the Collector wrote it down, with the resource it came with. */
export interface ReceivedRecord {
  readonly timeUnixNano?: string
  readonly observedTimeUnixNano?: string
  readonly severityNumber?: number
  readonly severityText?: string
  readonly eventName?: string
  readonly body?: AnyValue
  readonly attributes?: readonly KeyValue[]
  readonly resource: readonly KeyValue[]
}

export type Otelcol = ServerProcess & {
  /** Takes everything up to 1 MiB a request. */
  readonly url: string
  /** `https://localhost:<port>`, and wants `Authorization: Bearer <token>`. */
  readonly secureUrl: string
  readonly token: string
  /** Path of the CA's certificate. */
  readonly ca: string
  /** Wants a client certificate of the same CA. */
  readonly mutualUrl: string
  readonly client: Certificate
  /** Answers 503, from shortly after the start on. */
  readonly refusingUrl: string
  /** Every record it has written down so far, in the order of their arrival. */
  records(): ReceivedRecord[]
  /** The ids of all of them, for more than fit into the memory at once. */
  ids(): Promise<string[]>
  /** Bytes that it has written down. */
  written(): number
}

const TOKEN = 'collector-token'
const REQUEST_BYTES_MAX = 2 ** 20

/** The OpenTelemetry Collector: OTLP over HTTP in, a file out, which survives restarts. */
export async function startOtelcol(): Promise<Otelcol> {
  const binary = join(install(OTELCOL), 'otelcol')
  const folder = temporaryFolder()
  const [port, securePort, mutualPort, refusingPort, healthPort] = (await freePorts(5)) as [number, number, number, number, number]
  const authority = createAuthority(folder.path)
  const { cert, key } = authority.issue('otelcol')
  const out = join(folder.path, 'logs.ndjson')
  writeFileSync(out, '')
  const config = join(folder.path, 'otelcol.yaml')
  const http = (ownPort: number, more = '') =>
    `{protocols: {http: {endpoint: "127.0.0.1:${ownPort}", max_request_body_size: ${REQUEST_BYTES_MAX}${more}}}}`
  writeFileSync(
    config,
    `extensions:
  health_check: {endpoint: "127.0.0.1:${healthPort}"}
  bearertokenauth: {scheme: Bearer, token: ${TOKEN}}
receivers:
  otlp: ${http(port)}
  otlp/secure: ${http(securePort, `, tls: {cert_file: ${cert}, key_file: ${key}}, auth: {authenticator: bearertokenauth}`)}
  otlp/mutual: ${http(mutualPort, `, tls: {cert_file: ${cert}, key_file: ${key}, client_ca_file: ${authority.ca}}`)}
  otlp/refusing: ${http(refusingPort)}
processors:
  memory_limiter: {check_interval: 100ms, limit_mib: 2, spike_limit_mib: 1}
exporters:
  file: {path: "${out}", flush_interval: 10ms, append: true}
service:
  telemetry: {logs: {level: error}, metrics: {level: none}}
  extensions: [health_check, bearertokenauth]
  pipelines:
    logs: {receivers: [otlp, otlp/secure, otlp/mutual], exporters: [file]}
    logs/refusing: {receivers: [otlp/refusing], processors: [memory_limiter], exporters: [file]}
`,
  )
  const server = await ServerProcess.start({
    name: 'otelcol',
    command: binary,
    args: ['--config', config],
    folder,
    ready: async () => await isAnswering(`http://127.0.0.1:${healthPort}`),
  })
  return Object.assign(server, {
    url: `http://127.0.0.1:${port}`,
    secureUrl: `https://localhost:${securePort}`,
    mutualUrl: `https://localhost:${mutualPort}`,
    refusingUrl: `http://127.0.0.1:${refusingPort}`,
    token: TOKEN,
    ca: authority.ca,
    client: authority.issue('client'),
    records: () => recordsOf(readFileSync(out, 'utf8')),
    ids: () => idsIn(out),
    written: () => statSync(out).size,
  })
}

interface Request {
  readonly resourceLogs?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] }
    readonly scopeLogs?: readonly { readonly logRecords?: readonly Omit<ReceivedRecord, 'resource'>[] }[]
  }[]
}

/** The last line may still be on its way. */
function recordsOf(text: string): ReceivedRecord[] {
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(line => line !== '')
  return lines.flatMap(line =>
    ((JSON.parse(line) as Request).resourceLogs ?? []).flatMap(({ resource, scopeLogs = [] }) =>
      scopeLogs.flatMap(({ logRecords = [] }) => logRecords.map(record => ({ ...record, resource: resource?.attributes ?? [] }))),
    ),
  )
}

async function idsIn(file: string): Promise<string[]> {
  const ids: string[] = []
  for await (const line of createInterface({ input: createReadStream(file) })) {
    for (const [, id] of line.matchAll(/"key":"log\.record\.uid","value":\{"stringValue":"([^"]*)"/g)) ids.push(id!)
  }
  return ids
}
