/*
  Memory of the whole program, in a process of its own, whose only destination is dead: refuses every connection, or takes
  it and never answers. A history and live events flow into the journal; looked at from when the history is there.
    node bench/dead_destination.ts [events, default 100000] [seconds, default 60] [sink, default all]
*/
import { setTimeout as pause } from 'node:timers/promises'
import { deadPort, type Death, fileNowhere, sinksAt } from '../test/support/dead_destinations.ts'
import { readBooks } from '../test/support/books.ts'
import { type MemorySamples, residentBytes, summary } from '../test/support/memory.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { StagedProgram } from '../test/servers/staged_program.ts'

const [EVENTS, SECONDS] = [Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 60)]
const ONLY = process.argv[4]
const LIVE_PER_SECOND = 20
const LOOK_MS = 500
const AT_ONCE = 4

interface Row {
  readonly what: string
  readonly memory: MemorySamples
  readonly peakBytes: number
}

async function measure(what: string, sink: object): Promise<Row> {
  const source = { page_size: 1000, poll_interval: '1s' }
  await using staged = await StagedProgram.open({ events: EVENTS, ratePerSecond: LIVE_PER_SECOND, sinks: { dead: sink }, source })
  await using program = staged.start('run')
  const before: number[] = []
  while (((await readBooks(staged.admin))?.received ?? 0) < EVENTS) {
    if (program.hasEnded) throw new Error(program.err)
    before.push(residentBytes(program.pid))
    await pause(LOOK_MS)
  }
  const samples: number[] = []
  for (let looks = 0; looks < (SECONDS * 1000) / LOOK_MS; looks++) {
    samples.push(residentBytes(program.pid))
    await pause(LOOK_MS)
  }
  const books = await readBooks(staged.admin)
  if (books === undefined || books.sinks.dead!.waiting !== books.received) throw new Error(`${what} is not dead:\n${program.err}`)
  return { what, memory: summary(samples), peakBytes: Math.max(...before, ...samples) }
}

await using scope = new AsyncDisposableStack()
const folder = scope.use(temporaryFolder())
const work: (() => Promise<Row>)[] = []
for (const death of ['refusing', 'hanging'] as const satisfies readonly Death[]) {
  const { port } = scope.use(await deadPort(death))
  for (const [type, sink] of Object.entries(sinksAt(port))) work.push(() => measure(`${type.padEnd(14)} ${death}`, sink))
}
work.push(() => measure(`${'file'.padEnd(14)} folder missing`, fileNowhere(folder.path)))

console.log(`${EVENTS} events and ${LIVE_PER_SECOND} a second, node ${process.version}; resident MiB in the ${SECONDS} s after the history`)
console.log(`${'sink'.padEnd(30)}   min   max  last   peak before`)
const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0).padStart(6)
const queue = (ONLY === undefined ? work : work.filter((_, index) => Object.keys(sinksAt(0))[index % 7] === ONLY)).values()
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (const run of queue) {
      const { what, memory, peakBytes } = await run()
      console.log(`${what.padEnd(30)}${mib(memory.minBytes)}${mib(memory.maxBytes)}${mib(memory.lastBytes)}${mib(peakBytes).padStart(14)}`)
    }
  }),
)
