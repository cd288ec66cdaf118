import { expect, test } from 'vitest'
import { event } from '../../test/support/events.ts'
import { StagedSink } from '../../test/support/components.ts'
import { exampleRegistry } from '../../test/support/registry.ts'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { checkConfig } from '../config/load.ts'
import { BatchRefusedError } from '../core/errors.ts'
import type { MappedEvent, Mapper } from '../core/mapper.ts'
import { openMemoryJournal } from '../journal/memory/index.ts'
import { runDelivery } from './delivery.ts'
import { UnmappedEvent } from './mapping.ts'
import { SILENT_METER } from './meter.ts'

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
      mapper: original => (original.id === 'unmappable' ? new UnmappedEvent(original, new Error('no')) : raw(original)),
      journal,
      clock,
      meter: { ...SILENT_METER, add: (name, __, value) => void counts.set(name, (counts.get(name) ?? 0) + value) },
      onState: () => {},
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
  expect(Object.fromEntries(counts)).toEqual({ tailrace_sink_delivered_events_total: 5, tailrace_sink_dead_lettered_events_total: 3 })
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
    { configured, sink, mapper: raw, journal, clock, meter: SILENT_METER, onState: () => {} },
    { softStop: AbortSignal.abort(), hardStop: new AbortController().signal },
  )
  await clock.advance(10_000)
  await run
  expect(sink.taken).toEqual(['a'])
})
