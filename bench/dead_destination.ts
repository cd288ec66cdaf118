/*
  Memory of the whole program, in a process of its own, whose only destination is dead: refuses every connection, or takes
  it and never answers. A history and live events flow into the journal; looked at from when the history is there.
    node bench/dead_destination.ts [events, default 100000] [seconds, default 60] [sink, default all]
*/
import { setTimeout as pause } from 'node:timers/promises'
import { StagedProgram } from '../test/servers/staged_program.ts'
import { readBooks } from '../test/support/books.ts'
import { type Death, deadPort, fileNowhere, sinksAt } from '../test/support/dead_destinations.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { type ProbedMemory, probe, probed, residentBytes } from '../test/support/memory.ts'

const [EVENTS, SECONDS] = [Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 60)]
const ONLY = process.argv[4]
/** As V8 decides by itself in a container of 512 MiB, the limit of the chart. */
const OPTIONS = ['--max-old-space-size=256']
const LIVE_PER_SECOND = 20
const LOOK_MS = 500
const AT_ONCE = 4

interface Row {
  readonly what: string
  /** Of the system, since the start and since the history is there. */
  readonly peakBytes: number
  readonly residentBytes: readonly number[]
  /** After a collection of garbage: when the history is there, and at the end. */
  readonly first: ProbedMemory
  readonly last: ProbedMemory
}

async function measure(what: string, sink: object): Promise<Row> {
  const source = { poll_interval: '1s' }
  await using staged = await StagedProgram.open({ events: EVENTS, ratePerSecond: LIVE_PER_SECOND, sinks: { dead: sink }, source })
  await using program = staged.startWith(probed(...OPTIONS), 'run')
  const before: number[] = []
  while (((await readBooks(staged.admin))?.received ?? 0) < EVENTS) {
    if (program.hasEnded) throw new Error(program.err)
    before.push(residentBytes(program.pid))
    await pause(LOOK_MS)
  }
  const first = await probe(program)
  const samples: number[] = []
  for (let looks = 0; looks < (SECONDS * 1000) / LOOK_MS; looks++) {
    samples.push(residentBytes(program.pid))
    await pause(LOOK_MS)
  }
  const books = await readBooks(staged.admin)
  if (books === undefined || books.sinks.dead!.waiting !== books.received) throw new Error(`${what} is not dead:\n${program.err}`)
  return { what, peakBytes: Math.max(...before, ...samples), residentBytes: samples, first, last: await probe(program) }
}

await using scope = new AsyncDisposableStack()
const folder = scope.use(temporaryFolder())
const work: (() => Promise<Row>)[] = []
for (const death of ['refusing', 'hanging'] as const satisfies readonly Death[]) {
  const { port } = scope.use(await deadPort(death))
  for (const [type, sink] of Object.entries(sinksAt(port))) work.push(() => measure(`${type.padEnd(14)} ${death}`, sink))
}
work.push(() => measure(`${'file'.padEnd(14)} folder missing`, fileNowhere(folder.path)))

const queue = (ONLY === undefined ? work : work.filter((_, index) => Object.keys(sinksAt(0))[index % 7] === ONLY)).values()
console.log(`${EVENTS} events and ${LIVE_PER_SECOND} a second, node ${process.version} ${OPTIONS.join(' ')}; MiB`)
console.log(`resident in the ${SECONDS} s after the history; in use after a collection of garbage, then and at the end`)
console.log(`${'sink'.padEnd(30)}  peak   min   max  last  in use  at the end`)
const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0)
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (const run of queue) {
      const { what, peakBytes, residentBytes: samples, first, last } = await run()
      const resident = [peakBytes, Math.min(...samples), Math.max(...samples), samples.at(-1)!]
        .map(bytes => mib(bytes).padStart(6))
        .join('')
      console.log(`${what.padEnd(30)}${resident}${mib(first.liveBytes).padStart(8)}${mib(last.liveBytes).padStart(12)}`)
    }
  }),
)
