/*
  Events per second of the whole program, in a process of its own, to six destinations at once: each sink alone, all six,
  and all six with one destination dead, one slow and one that refuses an event in a thousand.
    node bench/six_sinks.ts [events, default 20000]
  Real servers (Kafka, Collector, OpenSearch, versitygw) and the doubles of Splunk and Datadog, all on this machine: they
  take most of it. A rate is counted from the first event received to 95 % of them delivered.
*/
import { setTimeout as pause } from 'node:timers/promises'
import { addTooLong, SIX, type SinkName, type SixReceivers, startSixReceivers } from '../test/servers/six_receivers.ts'
import { StagedProgram } from '../test/servers/staged_program.ts'
import { readBooks } from '../test/support/books.ts'

const EVENTS = Number(process.argv[2] ?? 20_000)
const SHARE = 0.95
const LOOK_MS = 20

/** Every run has events that no destination knows yet. */
let runs = 0

type Rates = Readonly<Partial<Record<SinkName, number>>>

/** Until each of `awaited` has its share. */
async function rates(six: SixReceivers, awaited: readonly SinkName[], prepare?: (staged: StagedProgram) => void): Promise<Rates> {
  const sinks = awaited.length === 1 ? { [awaited[0]!]: six.sinks[awaited[0]!] } : six.sinks
  await using staged = await StagedProgram.open({ events: EVENTS, sinks, seed: ++runs, source: { page_size: 1000 } })
  prepare?.(staged)
  await using program = staged.start('run')
  let firstMs: number | undefined
  const found: Partial<Record<SinkName, number>> = {}
  while (awaited.some(id => found[id] === undefined)) {
    if (program.hasEnded) throw new Error(program.err)
    const books = await readBooks(staged.admin)
    const nowMs = performance.now()
    if (books !== undefined && books.received > 0) {
      firstMs ??= nowMs
      for (const id of awaited) {
        const { delivered = 0, deadLettered = 0 } = books.sinks[id] ?? {}
        if (delivered + deadLettered >= EVENTS * SHARE) found[id] ??= (delivered + deadLettered) / ((nowMs - firstMs) / 1000)
      }
    }
    await pause(LOOK_MS)
  }
  return found
}

function print(what: string, found: Rates): void {
  console.log(what.padEnd(32), SIX.map(id => (found[id] === undefined ? '-' : found[id].toFixed(0)).padStart(8)).join(''))
}

await using six = await startSixReceivers()
console.log(`${EVENTS} events, node ${process.version}; events per second`)
console.log(''.padEnd(32), SIX.map(id => id.padStart(8)).join(''))
await rates(six, [...SIX]) // Let the servers warm up.
const alone: Partial<Record<SinkName, number>> = {}
for (const id of SIX) Object.assign(alone, await rates(six, [id]))
print('each alone', alone)
print('all six', await rates(six, [...SIX]))
await six.collector.stop()
await six.lakeLink.add({ type: 'bandwidth', stream: 'upstream', attributes: { rate: 20 } })
const others = SIX.filter(id => id !== 'otlp' && id !== 'lake')
print('otlp dead, lake slow, search', await rates(six, others, staged => void addTooLong(staged.simulator, EVENTS / 1000)))
console.log('  refusing one in a thousand')
