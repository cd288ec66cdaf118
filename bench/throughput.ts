/**
 * Events per CPU-second of the whole path (pages of 1,000 over HTTP, journal, ECS, HEC with gzip), with the
 * SQLite journal and with the one in memory, beside the hand-written ceiling (parse, map, write, gzip) in the
 * same run; and the time of a backfill of 100,000 events at 200 ms of latency by the number of windows.
 * `node bench/throughput.ts [events]`. Compare the ratios: the figures are one machine's.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { dontPretenure } from '../src/toolkit/pretenuring.ts'
import { type FarSide, startFarSide } from './far_side.ts'
import { ship } from './whole_path.ts'

const EVENTS = Number(process.argv[2] ?? 100_000)
const BACKFILL_EVENTS = 100_000
/** Each begins a process of every contender anew, for V8's guesses differ between processes. */
const ROUNDS = 3
/** Of each round. All contenders run once in a turn: the machine's pace changes within a minute, and a share is of one turn. */
const TURNS = 5
const NAMES = {
  loop: 'by hand: parse, map, write and gzip',
  program: 'by hand, with its requests of 1,000 events',
  sqlite: 'journal sqlite, requests of 1,000 events',
  memory: 'journal memory, requests of 1,000 events',
  sqlite_default: 'journal sqlite, requests of 1 MiB',
  memory_default: 'journal memory, requests of 1 MiB',
}

type Contender = keyof typeof NAMES
/** CPU seconds of every contender. */
type Turn = Readonly<Record<Contender, number>>

const CONTENDERS = Object.keys(NAMES) as Contender[]

/** A process, warm, that runs when it is told to. */
async function start(contender: Contender, { api, collector }: FarSide) {
  const script = join(import.meta.dirname, 'contender.ts')
  const child = spawn(process.execPath, [script, contender, api, collector], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
  const answer = async () => {
    const { value, done } = await answers.next()
    if (done) throw new Error(`The process of ${contender} has ended`)
    return value
  }
  await answer()
  const run = async () => {
    child.stdin.write('run\n')
    return Number(await answer())
  }
  return { run, [Symbol.dispose]: () => void child.kill() }
}

async function round(far: FarSide): Promise<readonly Turn[]> {
  using processes = new DisposableStack()
  const started = new Map<Contender, () => Promise<number>>()
  for (const contender of CONTENDERS) started.set(contender, processes.use(await start(contender, far)).run)
  const turns: Turn[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    const order = turn % 2 === 0 ? CONTENDERS : CONTENDERS.toReversed()
    const seconds: Partial<Record<Contender, number>> = {}
    for (const contender of order) seconds[contender] = await started.get(contender)!()
    turns.push(seconds as Turn)
  }
  return turns
}

async function throughput(): Promise<void> {
  using far = await startFarSide(EVENTS)
  const turns: Turn[] = []
  for (let count = 0; count < ROUNDS; count++) turns.push(...(await round(far)))
  console.log(`${EVENTS} events, node ${process.version}; medians of ${turns.length} turns, and the quartiles of the shares`)
  print('', 'events per CPU-second', 'of the first', 'of the second')
  for (const contender of CONTENDERS) {
    const seconds = turns.map(turn => turn[contender])
    const eventsPerSecond = (EVENTS / quantile(seconds, 0.5)).toFixed(0)
    print(NAMES[contender], eventsPerSecond, share(turns, contender, 'loop'), share(turns, contender, 'program'))
  }
}

const print = (name: string, ...cells: readonly string[]) =>
  console.log(name.padEnd(43) + cells.map((cell, at) => cell.padStart(at === 0 ? 22 : 17)).join(''))

function share(turns: readonly Turn[], contender: Contender, ceiling: Contender): string {
  const percents = turns.map(turn => (100 * turn[ceiling]) / turn[contender])
  const [low, middle, high] = [0.25, 0.5, 0.75].map(at => quantile(percents, at).toFixed(0))
  return `${middle} % (${low}–${high})`
}

const quantile = (values: readonly number[], at: number) => values.toSorted((a, b) => a - b)[Math.floor(values.length * at)]!

async function backfill(): Promise<void> {
  using far = await startFarSide(BACKFILL_EVENTS, 200)
  console.log(`\n${BACKFILL_EVENTS} events at 200 ms of latency, pages of 100; seconds`)
  for (const windows of [128, 64, 32, 1]) {
    const startMs = performance.now()
    await ship(far, { journal: 'sqlite', source: { window_concurrency: windows, tenant_events: false }, sink: {} })
    console.log(`${String(windows).padStart(3)} windows   ${((performance.now() - startMs) / 1000).toFixed(1)}`)
  }
}

dontPretenure() // As the program does at its start.
await throughput()
await backfill()
