import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LogEvent } from '../src/core/event.ts'
import type { Journal } from '../src/journal/journal.ts'
import { openMemoryJournal } from '../src/journal/memory/index.ts'
import { openSqliteJournal } from '../src/journal/sqlite/index.ts'
import { systemClock } from '../src/toolkit/clock.ts'
import { sample } from './audit_events.ts'

/**
 * What the journal costs, in µs of CPU of the whole process per event: appending, with a sink at the head that is
 * handed each append and saves its position; and reading everything back. `node bench/journal.ts [events]`.
 */
const EVENTS = Number(process.argv[2] ?? 200_000)
const KEY = { source: 'acme', stream: 'organization' }
const never = new AbortController().signal
const quiet = { debug: () => {}, info: () => {}, warn: console.error, error: console.error }
const context = { clock: systemClock, logger: quiet, meter: { add: () => {}, set: () => {}, observe: () => {} } }
const limits = { sinks: ['sink'], backlogBytesMax: 2 ** 40, retentionAgeMs: 2 ** 40, retentionBytesMax: 2 ** 40 }

async function follow(journal: Journal, ended: AbortSignal): Promise<number> {
  let count = 0
  for await (const { events, position } of journal.read(undefined, { batchEventsMax: 1000, endAtHead: ended }, never)) {
    count += events.length
    if (position !== undefined) await journal.saveSinkPosition('sink', position)
  }
  return count
}

/** Adds up what is done while it runs; what makes the events is not measured, and they are made a batch at a time, as pages are. */
class Meter {
  #cpuUs = 0
  ms = 0
  slowestMs = 0

  async measure(work: () => Promise<void>): Promise<void> {
    const startedMs = performance.now()
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    const ms = performance.now() - startedMs
    this.#cpuUs += user + system
    this.ms += ms
    this.slowestMs = Math.max(this.slowestMs, ms)
  }

  get usPerEvent(): string {
    return (this.#cpuUs / EVENTS).toFixed(2)
  }
}

async function run(name: string, journal: Journal, appendEvents: number): Promise<void> {
  const ended = new AbortController()
  const following = follow(journal, ended.signal)
  const append = new Meter()
  let chars = 0
  for (let start = 0; start < EVENTS; start += appendEvents) {
    const events = Array.from({ length: appendEvents }, (_, n) => new LogEvent({ ...KEY, ...sample(start + n), receivedMs: Date.now() }))
    for (const { text } of events) chars += text.length
    await new Promise(setImmediate)
    await append.measure(async () => {
      await journal.append(KEY, { events, position: { at: start } }, never)
      while ((await journal.sinkPosition('sink')) !== start + appendEvents) await new Promise(setImmediate)
    })
  }
  ended.abort()
  if ((await following) !== EVENTS) throw new Error('the sink has not seen every event')
  const read = new Meter()
  await read.measure(async () => {
    for await (const { events } of journal.read(undefined, { batchEventsMax: 1000, endAtHead: AbortSignal.abort() }, never)) {
      for (const { text } of events) chars -= text.length
    }
  })
  if (chars !== 0) throw new Error('not every event was read')
  const { diskBytes } = await journal.stats()
  const cells = [append.usPerEvent, append.ms.toFixed(0), append.slowestMs.toFixed(0), read.usPerEvent, (diskBytes / 1e6).toFixed(0)]
  console.log(`| ${[name, appendEvents, ...cells].join(' | ')} |`)
}

console.log(
  '| journal | events an append | append and save µs | all ms | slowest append ms | read µs | disk MB |\n|---|---|---|---|---|---|---|',
)
for (const appendEvents of [1000, 1000, 100, 10]) {
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'journal-'))
  try {
    await using durable = await openSqliteJournal({ ...limits, path: join(folder, 'journal.db') }, context)
    await run('sqlite', durable, appendEvents)
  } finally {
    rmSync(folder, { recursive: true })
  }
  await using volatile = await openMemoryJournal(limits, context)
  await run('memory', volatile, appendEvents)
}
