import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import type { MappedEvent } from '../../src/core/mapper.ts'
import { createEcsMapper } from '../../src/mappers/ecs/index.ts'
import { createOtelMapper } from '../../src/mappers/otel/index.ts'
import { otlp } from '../../src/sinks/otlp/index.ts'
import { systemClock } from '../../src/toolkit/clock.ts'
import { FileText } from '../../src/toolkit/settings.ts'
import { mapped } from '../support/events.ts'
import { temporaryFolder } from '../support/folder.ts'
import { createAuthority } from './certificates.ts'
import { type AnyValue, type KeyValue, type Otelcol, type ReceivedRecord, startOtelcol } from './otelcol.ts'
import { openSink, ship, someEvents } from './shipping.ts'
import { startTinyproxy } from './tinyproxy.ts'
import { startToxiproxy } from './toxiproxy.ts'

const never = new AbortController().signal
let collector: Otelcol
/** Records that stood there before the test. */
let before = 0

beforeAll(async () => {
  collector = await startOtelcol()
})

beforeEach(() => {
  before = collector.records().length
})

afterAll(async () => {
  await collector[Symbol.asyncDispose]()
})

const newRecords = () => collector.records().slice(before)
/** The records of this test, once there are as many. */
async function received(count: number): Promise<ReceivedRecord[]> {
  await expect.poll(() => newRecords().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count)
  return newRecords()
}

/** What a value of OTLP says, as JSON would. */
function plain(value: AnyValue | undefined): unknown {
  if (value === undefined) return undefined
  if (value.kvlistValue) return plainAttributes(value.kvlistValue.values ?? [])
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(plain)
  if (value.intValue !== undefined) return Number(value.intValue)
  return value.stringValue ?? value.doubleValue ?? value.boolValue ?? null
}
const plainAttributes = (attributes: readonly KeyValue[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]))
const idOf = ({ attributes = [] }: ReceivedRecord) => plain(attributes.find(({ key }) => key === 'log.record.uid')?.value)

const protocols = ['http/json', 'http/protobuf'] as const
const toOtel = createOtelMapper({ clock: systemClock, organization: source => (source === 'acme' ? { id: 'org-acme' } : undefined) })

describe.each(protocols)('%s', protocol => {
  test.each(['gzip', 'none'] as const)('every field of an otel document arrives, with compression %s', async compression => {
    const events = someEvents(50).map(({ event }) => toOtel(event))
    await using opened = await openSink(otlp, {
      url: collector.url,
      protocol,
      compression,
      resource: { 'deployment.environment.name': 'test' },
    })
    expect(await opened.sink.write(events, never)).toEqual({ rejected: [], deferred: [] })
    const byId = new Map((await received(50)).map(record => [idOf(record), record]))
    expect(byId.size).toBe(50)
    for (const { event, document } of events) {
      const record = byId.get(event.id)!
      const { timeUnixNano, observedTimeUnixNano, severityNumber, eventName, body, attributes, resource } = document
      // A time of 0 is an unknown one, which is left out.
      expect([record.timeUnixNano ?? '0', record.observedTimeUnixNano ?? '0']).toEqual([timeUnixNano, observedTimeUnixNano])
      expect([record.severityNumber, record.eventName, plain(record.body)]).toEqual([severityNumber, eventName, body])
      expect(plainAttributes(record.attributes!)).toEqual(attributes)
      expect(plainAttributes(record.resource)).toEqual({ ...(resource as JsonObject), 'deployment.environment.name': 'test' })
    }
  })

  test('another format arrives as the body, whatever its values', async () => {
    const toEcs = createEcsMapper({ clock: systemClock })
    const [ecs] = someEvents(1).map(({ event }) => toEcs(event)) as [MappedEvent]
    const odd = { big: 2 ** 60, huge: 1e300, fraction: 0.1, text: 'ä\u0000\ud800', list: [[1, null], {}], no: null, yes: true }
    const strange: MappedEvent = { ...mapped('strange'), document: odd, json: JSON.stringify(odd) }
    await using opened = await openSink(otlp, { url: collector.url, protocol }, 'ecs')
    await opened.sink.write([ecs, strange], never)
    const [first, second] = (await received(2)) as [ReceivedRecord, ReceivedRecord]
    expect(plain(first.body)).toEqual(ecs.document)
    expect(plain(second.body)).toEqual({ ...odd, big: String(2 ** 60), huge: '1e+300', text: expect.stringContaining('ä\u0000') })
    expect([idOf(first), idOf(second)]).toEqual(['e0', 'strange'])
  })

  test('a body too large for the receiver is halved, and what stays too large alone becomes a dead letter', async () => {
    const large = mapped('large')
    const noise = { noise: Array.from({ length: 60_000 }, () => String(Math.random())) }
    const events = [...someEvents(200), { ...large, document: noise, json: '' }, ...someEvents(200, 'f')]
    await using opened = await openSink(otlp, { url: collector.url, protocol }, 'ecs')
    const { rejected } = await ship(opened.sink, events, { batchEvents: 500 })
    expect(rejected).toEqual([{ event: expect.objectContaining({ event: large.event }), reason: expect.stringContaining('too large') }])
    const ids = (await received(400)).map(idOf)
    expect(new Set(ids)).toEqual(new Set(events.map(({ event: { id } }) => id).filter(id => id !== 'large')))
    expect(ids.length).toBe(400)
  })
})

test.each([
  ['no token', () => ({ url: collector.secureUrl, tls: { ca_file: collector.ca } }), 'BlockedError', 'otlp.denied'],
  ['a wrong token', () => ({ url: collector.secureUrl, token: 'wrong', tls: { ca_file: collector.ca } }), 'BlockedError', 'otlp.denied'],
  ['an untrusted authority', () => ({ url: collector.secureUrl, token: collector.token }), 'BlockedError', 'otlp.tls'],
  [
    'another name',
    () => ({ url: collector.secureUrl, tls: { ca_file: collector.ca, server_name: 'elsewhere' } }),
    'BlockedError',
    'otlp.tls',
  ],
  ['no client certificate', () => ({ url: collector.mutualUrl, tls: { ca_file: collector.ca } }), 'BlockedError', 'otlp.tls'],
  ['http where TLS is spoken', () => ({ url: collector.secureUrl.replace('https', 'http') }), 'BlockedError', 'otlp.tls'],
  ['TLS where none is spoken', () => ({ url: collector.url.replace('http', 'https') }), 'BlockedError', 'otlp.tls'],
  ['another path', () => ({ url: `${collector.url}/v1/other` }), 'BlockedError', 'otlp.not_found'],
] as const)('%s is told by check and by write, and nothing is dropped', async (_, settings, name, code) => {
  await using opened = await openSink(otlp, settings())
  await expect(opened.sink.check(never)).rejects.toMatchObject({ name, code })
  await expect(opened.sink.write(someEvents(1), never)).rejects.toMatchObject({ name, code })
  expect(opened.logged.join('\n')).not.toContain(collector.token)
})

test('a token and a client certificate let in; a corrected token is taken without a restart', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'token')
  writeFileSync(file, 'wrong')
  const { cert, key } = collector.client
  await using mutual = await openSink(otlp, { url: collector.mutualUrl, tls: { ca_file: collector.ca, cert_file: cert, key_file: key } })
  await mutual.sink.write(
    someEvents(1, 'mutual').map(({ event }) => toOtel(event)),
    never,
  )
  await using secure = await openSink(otlp, { url: collector.secureUrl, token: new FileText(file), tls: { ca_file: collector.ca } })
  const events = someEvents(1, 'secure').map(({ event }) => toOtel(event))
  const writing = ship(secure.sink, events, { batchEvents: 1 })
  await expect.poll(() => secure.logged).toEqual([])
  writeFileSync(file, collector.token)
  await writing
  expect((await received(2)).map(idOf)).toEqual(['mutual0', 'secure0'])
})

test('a corrected authority is taken without a restart, and the old connections are given up', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'ca.pem')
  copyFileSync(createAuthority(join(folder.path)).ca, file)
  await using opened = await openSink(otlp, { url: collector.secureUrl, token: collector.token, tls: { ca_file: file } })
  const write = () => opened.sink.write(someEvents(1, 'renewed'), never)
  await expect(write()).rejects.toMatchObject({ name: 'BlockedError', code: 'otlp.tls' })
  const changed = opened.sink.changed?.(never)
  copyFileSync(collector.ca, file)
  await changed
  expect(await write()).toEqual({ rejected: [], deferred: [] })
})

test('a stranger with a client certificate of another authority is refused', async () => {
  using folder = temporaryFolder()
  const stranger = createAuthority(folder.path).issue('stranger')
  const tls = { ca_file: collector.ca, cert_file: stranger.cert, key_file: stranger.key }
  await using opened = await openSink(otlp, { url: collector.mutualUrl, tls })
  await expect(opened.sink.write(someEvents(1), never)).rejects.toMatchObject({ name: 'BlockedError', code: 'otlp.tls' })
})

test.each([
  ['directly', false],
  ['through a proxy with a login', true],
])('bodies larger than a socket takes at once arrive over TLS, %s', async (_, isProxied) => {
  await using proxy = await startTinyproxy({ login: { user: 'puser', password: 'ppass' } })
  const tls = { ca_file: collector.ca }
  const via = isProxied ? { proxy: proxy.url.replace('//', '//puser:ppass@') } : {}
  await using opened = await openSink(otlp, { url: collector.secureUrl, token: collector.token, tls, compression: 'none', ...via }, 'ecs')
  const noise = 'x'.repeat(5000)
  const events = someEvents(300, 'large').map(event => ({ ...event, document: { noise } }))
  for (const part of [events.slice(0, 100), events.slice(100, 200), events.slice(200)]) await opened.sink.write(part, never)
  expect((await received(300)).map(idOf)).toEqual(events.map(({ event }) => event.id))
  expect(/CONNECT localhost:/.test(proxy.output)).toBe(isProxied)
  if (!isProxied) return
  await using locked = await openSink(otlp, { url: collector.secureUrl, tls, proxy: proxy.url })
  await expect(locked.sink.check(never)).rejects.toMatchObject({ name: 'BlockedError', code: 'otlp.proxy' })
})

test('a receiver short of memory is tried again', async () => {
  await using opened = await openSink(otlp, { url: collector.refusingUrl })
  const write = () => opened.sink.write(someEvents(1), never)
  await expect
    .poll(() =>
      write().then(
        () => undefined,
        (error: unknown) => error,
      ),
    )
    .toMatchObject({ name: 'RetryableError', message: expect.stringContaining('503') })
})

test('the Collector stopped and frozen on the way, and links that fail: nothing is missing', async () => {
  await using toxiproxy = await startToxiproxy()
  const link = await toxiproxy.link(new URL(collector.url).host)
  await using opened = await openSink(otlp, { url: `http://${link.address}`, request_timeout: '1s' })
  const events = someEvents(20_000).map(({ event }) => toOtel(event))
  let later = Promise.resolve()
  const { rejected, retries } = await ship(opened.sink, events, {
    batchEvents: 500,
    async before(batch) {
      if (batch === 5) later = collector.restart()
      if (batch === 10) await link.add({ type: 'limit_data', attributes: { bytes: 20 } })
      if (batch === 11) await link.heal()
      if (batch === 15) later = collector.stop().then(() => collector.start())
      if (batch === 20) {
        await collector.freeze()
        setTimeout(() => collector.thaw(), 1500)
      }
      if (batch === 10) setTimeout(() => void link.heal(), 300)
    },
  })
  await later
  expect(rejected).toEqual([])
  expect(retries.length).toBeGreaterThan(2)
  const ids = (await received(20_000)).map(idOf)
  expect(new Set(ids)).toEqual(new Set(events.map(({ event: { id } }) => id)))
  // An answer that is lost is a request sent again.
  expect(ids.length - 20_000).toBeLessThanOrEqual(retries.length * 500)
})
