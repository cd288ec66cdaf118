import { expect, test } from 'vitest'
import { event } from '../../test/support/events.ts'
import { settled, VirtualClock } from '../../test/support/virtual_clock.ts'
import type { Batch } from '../core/batch.ts'
import type { SourceStream } from '../core/source.ts'
import type { Journal } from '../journal/journal.ts'
import { openMemoryJournal } from '../journal/memory/index.ts'
import { runIngest } from './ingest.ts'
import { SILENT_METER } from './meter.ts'

const KEY = { source: 'acme', stream: 'organization' }
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const WINDOW = { fromS: 0, toS: 60, sealedAtMs: 0, events: 2, repeats: 3, late: 1, digest: '' }

function stage(journal: Journal, stream: SourceStream, clock: VirtualClock, inspect = () => {}) {
  const states: string[] = []
  const counts = new Map<string, number>()
  const soft = new AbortController()
  const run = runIngest(
    {
      key: KEY,
      stream,
      journal,
      bounds: { untilMs: 1 },
      retry: { initialDelayMs: 100, maxDelayMs: 1000 },
      blockedRetryMs: 1000,
      clock,
      meter: { ...SILENT_METER, add: (name, _, value) => void counts.set(name, (counts.get(name) ?? 0) + value) },
      onState: state => void states.push(state.name === 'paused' ? `paused ${state.reason}` : state.name),
      inspect,
    },
    { softStop: soft.signal, hardStop: new AbortController().signal },
  )
  return { states, counts, soft, run }
}

const memory = (clock: VirtualClock, backlogBytesMax = 1e6) =>
  openMemoryJournal(
    { sinks: ['s'], backlogBytesMax, retentionAgeMs: 1e12, retentionBytesMax: 1e9 },
    { clock, logger: quiet, meter: SILENT_METER },
  )

function streamOf(read: (from: unknown) => AsyncIterable<Batch>): SourceStream {
  return { name: 'organization', read: from => read(from) }
}

// Goal: what a source learns by being pulled is true: a batch is durable when the next one is asked for.
test('the next batch is pulled only when the one before is in the journal', async () => {
  const clock = new VirtualClock(0)
  await using journal = await memory(clock)
  const seen: unknown[] = []
  const stream = streamOf(async function* () {
    for (const n of [1, 2, 3]) {
      yield { events: [event(`${n}`)], position: n }
      seen.push(await journal.streamPosition(KEY))
    }
  })
  const slow: Journal = new Proxy(journal, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (name !== 'append') return typeof value === 'function' ? (value.bind(target) as unknown) : value
      return async (...args: Parameters<Journal['append']>) => {
        await settled() // An append that takes its time.
        await target.append(...args)
      }
    },
  })
  await stage(slow, stream, clock).run
  expect(seen).toEqual([1, 2, 3])
})

test('after a failed append nothing more is pulled, and the stream is read again from the saved position', async () => {
  const clock = new VirtualClock(0)
  await using journal = await memory(clock)
  const from: unknown[] = []
  const pulled: number[] = []
  const stream = streamOf(async function* (position) {
    from.push(position)
    for (let n = (typeof position === 'number' ? position : 0) + 1; n <= 3; n++) {
      pulled.push(n)
      yield { events: [event(`${n}`)], position: n }
    }
  })
  let failures = 1
  const failing: Journal = new Proxy(journal, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (name !== 'append') return typeof value === 'function' ? (value.bind(target) as unknown) : value
      return async (...args: Parameters<Journal['append']>) => {
        if (args[1].position === 2 && failures-- > 0) throw new Error('the disk has gone')
        await target.append(...args)
      }
    },
  })
  const { run, states } = stage(failing, stream, clock)
  await clock.advance(2000)
  await run
  expect(from).toEqual([undefined, 1])
  expect(pulled).toEqual([1, 2, 2, 3])
  expect(states).toEqual(['running', 'retrying', 'running', 'ended'])
})

test('a batch that is journaled and can not be counted is not read again, and holds nothing up', async () => {
  const clock = new VirtualClock(0)
  await using journal = await memory(clock)
  const from: unknown[] = []
  const stream = streamOf(async function* (position) {
    from.push(position)
    for (let n = (typeof position === 'number' ? position : 0) + 1; n <= 2; n++) yield { events: [event(`${n}`)], position: n }
  })
  let failures = 1
  const inspect = () => {
    if (failures-- > 0) throw new Error('a fault of ours')
  }
  const { run, states } = stage(journal, stream, clock, inspect)
  await clock.advance(2000)
  await run
  expect(from).toEqual([undefined, 1])
  expect(states).toEqual(['running', 'retrying', 'running', 'ended'])
})

test('a full journal is told as a pause, and its end too', async () => {
  const clock = new VirtualClock(0)
  await using journal = await memory(clock, 100)
  const stream = streamOf(async function* () {
    for (const n of [1, 2, 3]) yield { events: [event(`${n}`), event(`${n}b`)], position: n }
  })
  const { run, states } = stage(journal, stream, clock)
  await clock.advance(5000)
  expect(new Set(states)).toEqual(new Set(['running', expect.stringContaining('paused the backlog of sink "s"')]))
  await journal.saveSinkPosition('s', await journal.head())
  await clock.advance(1000)
  await journal.saveSinkPosition('s', await journal.head())
  await clock.advance(1000)
  await run
  expect(states.slice(-2)).toEqual(['running', 'ended'])
})

test('what a batch tells is counted once it is journaled, from 0 on', async () => {
  const clock = new VirtualClock(0)
  await using journal = await memory(clock)
  const atStart: unknown[] = []
  const stream = streamOf(async function* () {
    atStart.push(...counts.values())
    yield { events: [event('a'), event('b')], position: 1, sealed: [WINDOW], unreadable: [{ text: '7', reason: 'no object' }] }
  })
  const { run, counts } = stage(journal, stream, clock)
  await run
  expect(atStart).toEqual([0, 0, 0, 0])
  expect(Object.fromEntries(counts)).toEqual({
    tailrace_source_received_events_total: 2,
    tailrace_source_repeated_events_total: 3,
    tailrace_source_late_events_total: 1,
    tailrace_source_unreadable_total: 1,
  })
})

test('a stop ends the pause after a failure, and the stream is not read again', async () => {
  const clock = new VirtualClock(0)
  await using journal = await memory(clock)
  let reads = 0
  const stream = streamOf(async function* () {
    if (++reads > 0) throw new Error('unreachable')
    yield { events: [], position: 1 }
  })
  const { run, soft, states } = stage(journal, stream, clock)
  await settled()
  expect(clock.sleeping).toBe(1)
  soft.abort()
  await run
  expect([reads, clock.sleeping, states]).toEqual([1, 0, ['running', 'retrying', 'ended']])
})
