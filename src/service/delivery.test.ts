import { expect, test } from 'vitest'
import { StagedSink } from '../../test/support/components.ts'
import { event } from '../../test/support/events.ts'
import { exampleRegistry } from '../../test/support/registry.ts'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { checkConfig } from '../config/load.ts'
import type { ComponentState } from '../core/context.ts'
import { BatchRefusedError, BlockedError } from '../core/errors.ts'
import { LogEvent } from '../core/event.ts'
import type { MappedEvent, Mapper } from '../core/mapper.ts'
import { openMemoryJournal } from '../journal/memory/index.ts'
import { runDelivery } from './delivery.ts'
import { createSinkFilter } from './filtering.ts'
import { SILENT_METER } from './meter.ts'
import { UnmappedEvent } from './unmapped.ts'

const TEXT = `sources: {acme: {type: example_api, api_key: k}}
sinks: {hec: {type: example_hec, url: https://h, token: t, batch: {events_max: 3, timeout: 0ms}, concurrency: 1}}
`
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const raw: Mapper = original => ({ event: original, document: original.body, json: original.text })

/** Refuses as a whole every batch that has a bad event in it. */
class PickySink extends StagedSink {
  override async write(events: readonly MappedEvent[], signal: AbortSignal) {
    if (events.some(({ event: { id } }) => id.startsWith('bad'))) throw new BatchRefusedError('example_hec.refused', 'malformed')
    return super.write(events, signal)
  }
}

test('every event is delivered or a dead letter, and is counted as what it is', async () => {
  const clock = new VirtualClock(0)
  const journal = await openMemoryJournal(
    { sinks: ['hec'], backlogBytesMax: 1e6, retentionAgeMs: 1e12, retentionBytesMax: 1e9 },
    { clock, logger: quiet, meter: SILENT_METER },
  )
  await using _ = journal
  const ids = ['a', 'bad-1', 'b', 'unmappable', 'c', 'd', 'e', 'bad-2']
  const events = ids.map(id => event(id))
  await journal.append({ source: 'acme', stream: 'organization' }, { events, position: 1 }, new AbortController().signal)

  const counts = new Map<string, number>()
  const sink = new PickySink()
  const soft = new AbortController()
  const run = runDelivery(
    {
      configured: checkConfig([{ name: 't', text: TEXT }], { registry: exampleRegistry(), env: {} }).sinks[0]!,
      sink,
      mapper: original => (original.id === 'unmappable' ? new UnmappedEvent(original, 'The event could not be mapped: no') : raw(original)),
      journal,
      clock,
      meter: { ...SILENT_METER, add: (name, __, value) => void counts.set(name, (counts.get(name) ?? 0) + value) },
      onState: () => {},
      finite: true,
    },
    { softStop: soft.signal, hardStop: new AbortController().signal },
  )
  await clock.advance(100)
  soft.abort(new DOMException('', 'AbortError'))
  await run
  expect(sink.taken).toEqual(['a', 'b', 'c', 'd', 'e'])
  const letters = await journal.deadLetters({ limit: 10 })
  expect(letters.map(({ eventId, reason }) => `${eventId}: ${reason}`).toSorted()).toEqual([
    'bad-1: malformed',
    'bad-2: malformed',
    'unmappable: The event could not be mapped: no',
  ])
  expect(letters.find(({ eventId }) => eventId === 'unmappable')?.text).toBe(event('unmappable').text)
  expect(Object.fromEntries(counts)).toEqual({
    tailrace_sink_delivered_events_total: 5,
    tailrace_sink_dead_lettered_events_total: 3,
    tailrace_sink_filtered_events_total: 0,
  })
  expect((await journal.backlog('hec')).events).toBe(0)
})

test('a sink that fails for an unforeseen reason is not done before it has drained', async () => {
  const clock = new VirtualClock(0)
  const limits = { sinks: ['hec'], backlogBytesMax: 1e6, retentionAgeMs: 1e12, retentionBytesMax: 1e9 }
  await using journal = await openMemoryJournal(limits, { clock, logger: quiet, meter: SILENT_METER })
  await journal.append({ source: 'acme', stream: 'organization' }, { events: [event('a')], position: 1 }, new AbortController().signal)
  const sink = new StagedSink()
  sink.behave = () => (sink.attempts < 3 ? new TypeError('unforeseen') : undefined)
  const configured = checkConfig([{ name: 't', text: TEXT }], { registry: exampleRegistry(), env: {} }).sinks[0]!
  const run = runDelivery(
    { configured, sink, mapper: raw, journal, clock, meter: SILENT_METER, onState: () => {}, finite: true },
    { softStop: AbortSignal.abort(), hardStop: new AbortController().signal },
  )
  await clock.advance(10_000)
  await run
  expect(sink.taken).toEqual(['a'])
})

test('a filter moves the position past what it leaves out, and everything received is accounted for', async () => {
  const clock = new VirtualClock(0)
  const limits = { sinks: ['hec'], backlogBytesMax: 1e6, retentionAgeMs: 1e12, retentionBytesMax: 1e9 }
  await using journal = await openMemoryJournal(limits, { clock, logger: quiet, meter: SILENT_METER })
  const key = { source: 'acme', stream: 'organization' }
  const append = (ids: string, position: number) =>
    journal.append(key, { events: ids.split('').map(id => event(id)), position }, new AbortController().signal)
  await append('axbxxxxc', 1)
  await append('xxxxx', 2)
  const counts = new Map<string, number>()
  const logged: string[] = []
  const meter = { ...SILENT_METER, add: (name: string, _: object, value: number) => void counts.set(name, (counts.get(name) ?? 0) + value) }
  const logger = { ...quiet, warn: (message: string) => void logged.push(message) }
  const text = TEXT.replace('token: t', 'token: t, filter: \'raw.id != "x" && (raw.id == "a" || raw.absent == 1)\'')
  const configured = checkConfig([{ name: 't', text }], { registry: exampleRegistry(), env: {} }).sinks[0]!
  const sink = new StagedSink()
  sink.behave = () => (sink.attempts < 3 ? new TypeError('unforeseen') : undefined)
  const passes = createSinkFilter(configured, { logger, meter })
  const run = runDelivery(
    { configured, sink, passes, mapper: raw, journal, clock, meter, onState: () => {}, finite: true },
    { softStop: AbortSignal.abort(), hardStop: new AbortController().signal },
  )
  await clock.advance(10_000)
  await run
  expect(sink.taken).toEqual(['a', 'b', 'c'])
  expect((await journal.backlog('hec')).events).toBe(0)
  // Read again after a failure, yet counted once; what fails to be judged passes.
  expect(counts.get('tailrace_sink_filtered_events_total')).toBe(10)
  expect(counts.get('tailrace_sink_delivered_events_total')).toBe(3)
  expect(counts.get('tailrace_sink_filter_errors_total')).toBeGreaterThanOrEqual(2)
  expect(logged).toEqual(['the filter fails on an event, which passes: no_such_key at absent'])
})

test('the dead letter of a redacted event keeps it as it was received', async () => {
  const clock = new VirtualClock(0)
  const limits = { sinks: ['hec'], backlogBytesMax: 1e6, retentionAgeMs: 1e12, retentionBytesMax: 1e9 }
  await using journal = await openMemoryJournal(limits, { clock, logger: quiet, meter: SILENT_METER })
  const received = event('bad-1')
  await journal.append({ source: 'acme', stream: 'organization' }, { events: [received], position: 1 }, new AbortController().signal)
  const configured = checkConfig([{ name: 't', text: TEXT }], { registry: exampleRegistry(), env: {} }).sinks[0]!
  const redacting: Mapper = original =>
    raw(new LogEvent({ source: 'acme', stream: 'organization', id: 'bad-2', timeMs: 0, receivedMs: 0, text: '{}', received: original }))
  const run = runDelivery(
    { configured, sink: new PickySink(), mapper: redacting, journal, clock, meter: SILENT_METER, finite: false, onState: () => {} },
    { softStop: AbortSignal.abort(), hardStop: new AbortController().signal },
  )
  await clock.advance(100)
  await run
  expect(await journal.deadLetters({ limit: 10 })).toMatchObject([{ eventId: 'bad-1', text: received.text }])
})

test('a sink whose key can not be read is blocked, and goes on when it can: no event is dropped (invariant 4)', async () => {
  const clock = new VirtualClock(0)
  const limits = { sinks: ['hec'], backlogBytesMax: 1e6, retentionAgeMs: 1e12, retentionBytesMax: 1e9 }
  await using journal = await openMemoryJournal(limits, { clock, logger: quiet, meter: SILENT_METER })
  await journal.append({ source: 'acme', stream: 'organization' }, { events: [event('a')], position: 1 }, new AbortController().signal)
  const configured = checkConfig([{ name: 't', text: TEXT }], { registry: exampleRegistry(), env: {} }).sinks[0]!
  const states: string[] = []
  const sink = new StagedSink()
  const mapper: Mapper = original => {
    if (clock.now() < 100_000) throw new BlockedError('secret.unreadable', 'no key')
    return raw(original)
  }
  const onState = ({ name }: ComponentState) => void states.push(name)
  const run = runDelivery(
    { configured, sink, mapper, journal, clock, meter: SILENT_METER, onState, finite: false },
    { softStop: AbortSignal.abort(), hardStop: new AbortController().signal },
  )
  await clock.advance(200_000)
  await run
  expect([sink.taken, await journal.deadLetters({ limit: 1 })]).toEqual([['a'], []])
  expect(states.filter(name => name === 'blocked')).toHaveLength(2)
  expect(states.at(-1)).not.toBe('blocked')
})

test.each([
  ['its position', 'saveSinkPosition', undefined],
  ['a dead letter', 'addDeadLetters', new BatchRefusedError('example_hec.refused', 'malformed')],
])('a hard stop does not wait until %s is saved, which takes as long as the disk is full', async (_, save, refusal) => {
  const clock = new VirtualClock(0)
  const limits = { sinks: ['hec'], backlogBytesMax: 1e6, retentionAgeMs: 1e12, retentionBytesMax: 1e9 }
  await using journal = await openMemoryJournal(limits, { clock, logger: quiet, meter: SILENT_METER })
  await journal.append({ source: 'acme', stream: 'organization' }, { events: [event('a')], position: 1 }, new AbortController().signal)
  const saving = Promise.withResolvers<void>()
  const waits = () => {
    saving.resolve()
    return new Promise<void>(() => {})
  }
  Object.assign(journal, { [save]: waits })
  const configured = checkConfig([{ name: 't', text: TEXT }], { registry: exampleRegistry(), env: {} }).sinks[0]!
  const sink = new StagedSink()
  sink.behave = () => refusal
  const hard = new AbortController()
  const run = runDelivery(
    { configured, sink, mapper: raw, journal, clock, meter: SILENT_METER, onState: () => {}, finite: false },
    { softStop: new AbortController().signal, hardStop: hard.signal },
  )
  await clock.advance(10)
  await saving.promise
  hard.abort(new DOMException('', 'AbortError'))
  await run
})
