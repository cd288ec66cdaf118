import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { startDatadogDouble } from '../doubles/datadog.ts'
import { startHttpReceiver } from '../doubles/http_receiver.ts'
import { startHecDouble } from '../doubles/splunk_hec.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program } from '../support/program.ts'
import { createAuthority } from './certificates.ts'
import { ALICE, startKafka } from './kafka.ts'
import { createTopic } from './kafka_reading.ts'
import { startOtelcol } from './otelcol.ts'
import { startSecureOpensearch } from './secure_opensearch.ts'
import { startVersitygw } from './versitygw.ts'

interface Row {
  readonly component: string
  readonly reachable?: boolean
  readonly authenticated?: boolean
  readonly problem: string
}

const scope = new AsyncDisposableStack()
const folder = scope.use(temporaryFolder())
const SECRET = 'wrong-secret'

/** Everything with TLS and a login, where the destination has them. */
async function startAll() {
  const started = [startKafka(), startOtelcol(), startSecureOpensearch(), startVersitygw({ tls: true })] as const
  for (const starting of started) scope.defer(async () => (await starting)[Symbol.asyncDispose]())
  const [kafka, collector, search, store] = await Promise.all(started)
  await createTopic(kafka, 'audit')
  mkdirSync(join(store.data, 'audit'))
  search.asAdmin('PUT', '/_index_template/audit', JSON.stringify({ index_patterns: ['audit-*'], data_stream: {} }))
  return {
    kafka,
    collector,
    search,
    store,
    splunk: scope.use(await startHecDouble('token')),
    datadog: scope.use(await startDatadogDouble('key')),
    http: scope.use(await startHttpReceiver('Bearer token')),
    api: scope.use(await startSimulator({ events: 10, key: 'admin-key' })),
    stranger: createAuthority(folder.path, 'stranger').ca,
  }
}
let all: Awaited<ReturnType<typeof startAll>>
beforeAll(async () => {
  all = await startAll()
})
afterAll(async () => scope.disposeAsync())

/** As they are right, by the type of the sink. */
function rightSinks() {
  const { kafka, collector, search, store, splunk, datadog, http } = all
  const sasl = { mechanism: 'scram-sha-512', ...ALICE }
  const s3 = {
    region: store.region,
    access_key_id: store.accessKeyId,
    secret_access_key: store.secretAccessKey,
    tls: { ca_file: store.ca },
  }
  return {
    kafka: { type: 'kafka', brokers: kafka.saslTls, topic: 'audit', sasl, tls: { ca_file: kafka.ca } },
    otlp: { type: 'otlp', url: collector.secureUrl, token: collector.token, tls: { ca_file: collector.ca } },
    elasticsearch: {
      type: 'elasticsearch',
      urls: [search.url],
      index: 'audit-acme',
      username: search.keeper.user,
      password: search.keeper.password,
      tls: { ca_file: search.ca },
    },
    s3: { type: 's3', bucket: 'audit', endpoint: store.url, ...s3 },
    splunk_hec: { type: 'splunk_hec', url: splunk.url, token: 'token' },
    datadog: { type: 'datadog', url: datadog.url, api_key: 'key' },
    http: { type: 'http', url: http.url, token: 'token' },
    file: { type: 'file', path: join(folder.path, 'audit.ndjson') },
    stdout: { type: 'stdout' },
  }
}

async function check(
  sinks: object,
  key = 'admin-key',
): Promise<{ rows: ReadonlyMap<string, Row>; code: number | undefined; text: string }> {
  const config = join(folder.path, 'tailrace.yaml')
  const sources = { acme: { type: 'openai_audit', base_url: all.api.url, api_key: key, start: '31d' } }
  writeFileSync(config, JSON.stringify({ journal: { type: 'memory' }, sources, sinks }))
  await using asJson = new Program(['check', '-c', config, '--json'])
  const { code, out, err } = await asJson.end()
  await using asTable = new Program(['check', '-c', config])
  const { out: text } = await asTable.end()
  expect([err, text]).toEqual(['', expect.not.stringContaining(SECRET)])
  const lines = out.split('\n').filter(line => line !== '')
  return { rows: new Map(lines.map(line => JSON.parse(line) as Row).map(row => [row.component, row])), code, text }
}

/** Every row but the source's, which is as it should be: whether it was reached, whether it lets us in, what is wrong. */
function expectRows(rows: ReadonlyMap<string, Row>, expected: Readonly<Record<string, readonly [string, string, RegExp]>>): void {
  const word = (answer: boolean | undefined) => (answer === undefined ? '?' : answer ? 'yes' : 'no')
  expect([...rows.keys()]).toEqual(['acme', ...Object.keys(expected)])
  for (const [id, [reachable, authenticated, problem]] of Object.entries(expected)) {
    const row = rows.get(id)!
    expect([id, word(row.reachable), word(row.authenticated), row.problem]).toEqual([
      id,
      reachable,
      authenticated,
      expect.stringMatching(problem),
    ])
  }
}

test('all is well', async () => {
  const { rows, code, text } = await check(rightSinks())
  const fine = ['yes', 'yes', /^$/] as const
  expectRows(rows, Object.fromEntries(Object.keys(rightSinks()).map(id => [id, fine])))
  expect(rows.get('acme')).toMatchObject({ reachable: true, authenticated: true, problem: '' })
  expect(text).toMatch(/^component +type +reachable +authenticated +what is wrong, and what to do\nacme +openai_audit +yes +yes\n/)
  expect(code).toBe(0)
})

test('whoever is not let in reads where to correct what', async () => {
  const right = rightSinks()
  const { rows, code } = await check(
    {
      kafka: { ...right.kafka, sasl: { ...right.kafka.sasl, password: SECRET } },
      otlp: { ...right.otlp, token: SECRET },
      elasticsearch: { ...right.elasticsearch, password: SECRET },
      s3: { ...right.s3, secret_access_key: SECRET },
      splunk_hec: { ...right.splunk_hec, token: SECRET },
      datadog: { ...right.datadog, api_key: SECRET },
      http: { ...right.http, token: SECRET },
    },
    SECRET,
  )
  expectRows(rows, {
    kafka: ['yes', 'no', /invalid credentials.*correct `sasl\.username`, `sasl\.password`/],
    otlp: ['yes', 'no', /answered 401: .*The token comes from the configuration: put a valid one there/],
    elasticsearch: ['yes', 'no', /answered 401: .*The password of keeper comes from the configuration: put a valid one there/],
    s3: ['yes', 'no', /403 SignatureDoesNotMatch .*To do: correct or renew the credentials: access_key_id and secret_access_key/],
    splunk_hec: ['yes', 'no', /answered 403, HEC code 4: Invalid token\. The token comes from the configuration/],
    datadog: ['yes', 'no', /answered 403: .*The API key comes from the configuration: put a valid API key of this very site/],
    http: ['yes', 'no', /answered 401.*The token comes from the configuration/],
  })
  expect(rows.get('acme')).toMatchObject({ reachable: true, authenticated: false, problem: expect.stringContaining('admin key') as string })
  expect(code).toBe(69)
})

test('an unknown authority is no refused login', async () => {
  const { kafka, otlp, elasticsearch, s3 } = rightSinks()
  const tls = { ca_file: all.stranger }
  const sinks = { kafka: { ...kafka, tls }, otlp: { ...otlp, tls }, elasticsearch: { ...elasticsearch, tls }, s3: { ...s3, tls } }
  const { rows, code } = await check(sinks)
  const untrusted = ['yes', '?', /the authority of the server's certificate is not trusted: name it in tls\.ca_file/] as const
  expectRows(rows, { kafka: untrusted, otlp: untrusted, elasticsearch: untrusted, s3: untrusted })
  expect(code).toBe(69)
})

test('what is missing behind an open door', async () => {
  const right = rightSinks()
  const { rows, code } = await check({
    kafka: { ...right.kafka, topic: 'missing' },
    elasticsearch: { ...right.elasticsearch, index: 'elsewhere' },
    s3: { ...right.s3, bucket: 'missing' },
    otlp: { ...right.otlp, url: `${all.collector.secureUrl}/missing` },
    http: { ...right.http, url: 'http://host.invalid/ingest' },
    file: { ...right.file, path: join(folder.path, 'missing/audit.ndjson') },
    splunk_hec: { ...right.splunk_hec, token: `\${file:${join(folder.path, 'no-token')}}` },
  })
  expectRows(rows, {
    kafka: ['yes', '?', /topic missing: .*create the topic, or correct `topic`/],
    elasticsearch: ['yes', 'no', /no permissions for \[indices:data\/read\/search\].*grant on elsewhere the rights to refresh and search/],
    s3: ['yes', '?', /404 NoSuchBucket .* exist\. To do: create the bucket, or correct bucket/],
    otlp: ['yes', '?', /answered 404: .*Look at url/],
    http: ['no', '?', /host\.invalid:80 \((ENOTFOUND|EAI_AGAIN), .*look at the address/],
    file: ['yes', 'no', /ENOENT.*create the folder/],
    splunk_hec: ['?', '?', /no-token/],
  })
  expect(code).toBe(69)
})

test('servers that are stopped', async () => {
  const { kafka, collector, search, store, http } = all
  const { kafka: toKafka, otlp, elasticsearch, s3, http: toHttp } = rightSinks()
  await Promise.all([...kafka.brokers, collector, search, store, http].map(server => server.stop()))
  const { rows, code } = await check({ kafka: toKafka, otlp, elasticsearch, s3, http: toHttp })
  const away = ['no', '?', /ECONNREFUSED.*look at (the address|`brokers`), the network and the (host|cluster) if this goes on/] as const
  expectRows(rows, { kafka: away, otlp: away, elasticsearch: away, s3: away, http: away })
  expect(code).toBe(69)
})
