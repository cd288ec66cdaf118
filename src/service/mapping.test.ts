import { expect, test } from 'vitest'
import { event } from '../../test/support/events.ts'
import { exampleRegistry } from '../../test/support/registry.ts'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { checkConfig } from '../config/load.ts'
import { BlockedError } from '../core/errors.ts'
import { LogEvent } from '../core/event.ts'
import type { FormatSpec } from '../registry.ts'
import { createMappers } from './mapping.ts'
import { SILENT_METER } from './meter.ts'
import { UnmappedEvent } from './unmapped.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const sink = (id: string, more = '') => `  ${id}: {type: example_hec, url: https://h, token: t${more}}\n`

async function mappers(sinks: string, ecs?: FormatSpec['load'], meter = SILENT_METER) {
  const registry = exampleRegistry()
  const formats = registry.formats.map(format => (format.type === 'ecs' && ecs ? { ...format, load: ecs } : format))
  const own = { ...registry, formats }
  const text = `sources:\n  acme: {type: example_api, api_key: k, organization: {id: org-1}}\nsinks:\n${sinks}`
  const config = checkConfig([{ name: 't', text }], { registry: own, env: {} })
  return createMappers(config.sinks, { registry: own, sources: config.sources, clock: new VirtualClock(0), logger: quiet, meter })
}

test('an event is mapped once for all sinks that want the same', async () => {
  const calls: string[] = []
  const load: FormatSpec['load'] = async () => (original: LogEvent) => {
    calls.push(original.id)
    return { event: original, document: original.body, json: original.text }
  }
  const all = await mappers(sink('one') + sink('two') + sink('three', ', include_original: false') + sink('four', ', format: raw'), load)
  const first = event('a')
  expect(all.get('one')!(first)).toBe(all.get('two')!(first))
  expect(calls).toEqual(['a'])
  all.get('three')!(first)
  expect(calls).toEqual(['a', 'a'])
  expect(all.get('four')!(first).json).toBe(first.text)
})

test('the settings of a sink reach its mapper', async () => {
  const settings = ', include_original: false, severity: {api_key.created: critical}, ecs: {namespace: prod}'
  const all = await mappers(sink('one') + sink('two', settings))
  const [plain, set] = ['one', 'two'].map(id => JSON.parse(all.get(id)!(event('a')).json) as { event: Record<string, unknown> })
  expect(plain).toMatchObject({
    event: { original: event('a').text },
    data_stream: { namespace: 'default' },
    organization: { id: 'org-1' },
  })
  expect(set).toMatchObject({ event: { severity: 99 }, data_stream: { namespace: 'prod' } })
  expect(set!.event).not.toHaveProperty('original')
})

test('a mapper that fails makes a dead letter of the event, with its text', async () => {
  const all = await mappers(sink('one'), async () => () => {
    throw new TypeError('cannot read')
  })
  const mapped = all.get('one')!(event('a'))
  expect(mapped).toBeInstanceOf(UnmappedEvent)
  expect((mapped as UnmappedEvent).reason).toBe('The event could not be mapped: cannot read')
})

test('what its schema refuses is counted and sent all the same', async () => {
  const counted: string[] = []
  const meter = { ...SILENT_METER, add: (name: string, labels: object) => void counted.push(`${name} ${Object.values(labels).join(' ')}`) }
  const load: FormatSpec['load'] = async () => original => ({ event: original, document: { nonsense: 1 }, json: '{"nonsense":1}' })
  const all = await mappers(sink('one', ', validate_output: all'), load, meter)
  expect(all.get('one')!(event('a')).json).toBe('{"nonsense":1}')
  expect(counted.some(line => line.startsWith('tailrace_sink_invalid_output_total one '))).toBe(true)
})

test.each([
  ['off', 250, 0],
  ['sample', 250, 3],
  ['all', 250, 250],
])('validate_output: %s looks at its share of the events', async (share, events, looked) => {
  let ids = new Set<string>()
  const counted: string[] = []
  const meter = { ...SILENT_METER, add: (name: string) => void counted.push(name) }
  const load: FormatSpec['load'] = async () => original => {
    ids = ids.add(original.id)
    return { event: original, document: { '@timestamp': 1 }, json: '{}' }
  }
  const all = await mappers(sink('one', `, validate_output: ${share}`), load, meter)
  for (let n = 0; n < events; n++) all.get('one')!(event(`e${n}`))
  const eachTime = counted.length / Math.max(1, looked)
  expect([ids.size, Number.isInteger(eachTime), eachTime > 0]).toEqual([events, true, looked > 0])
})

test('with invalid_output: reject what its schema refuses becomes a dead letter with the reason', async () => {
  const load: FormatSpec['load'] = async () => original => ({ event: original, document: { nonsense: 1 }, json: '{"nonsense":1}' })
  const all = await mappers(sink('one', ', validate_output: all, invalid_output: reject'), load)
  const mapped = all.get('one')!(event('a'))
  expect(mapped).toBeInstanceOf(UnmappedEvent)
  expect((mapped as UnmappedEvent).reason).toMatch(/^The mapped event does not fit its schema at /)
  expect(mapped.json).toBe(event('a').text)
})

test('a redaction stands before the mapper, for its sink alone', async () => {
  const redact = ', redact: [{paths: [by], action: pseudonym, key: 0123456789abcdef, key_id: k1}]'
  const other = redact.replace('0123456789abcdef', 'another key of 16')
  const all = await mappers(sink('one') + sink('two', redact) + sink('three', other) + sink('four', `${redact}, format: raw`))
  const text = '{"id":"a","type":"login.failed","by":"ada@example.com"}'
  const original = new LogEvent({ source: 'acme', stream: 'organization', id: 'a', timeMs: 0, receivedMs: 0, text })
  const [one, two, three, four] = ['one', 'two', 'three', 'four'].map(id => all.get(id)!(original).json)
  expect(one).toContain('ada@example.com')
  for (const json of [two, three, four]) expect(json).not.toContain('ada@example.com')
  expect(two).not.toBe(three)
  expect(four).toMatch(/^\{"id":"a","type":"login.failed","by":"k1:[0-9a-f]{32}"\}$/)
})

test('a redaction without the file of its key blocks its sink, and makes no dead letter', async () => {
  const all = await mappers(sink('one', ', redact: [{paths: [id], action: pseudonym, key: "${file:/nowhere}", key_id: k1}]'))
  expect(() => all.get('one')!(event('a'))).toThrow(BlockedError)
})
