/**
 * Events per CPU-second of the whole path (pages of 1,000 over HTTP, journal, ECS, HEC with gzip), with the
 * SQLite journal and with the one in memory, beside the hand-written ceiling (parse, map, write, gzip) in the
 * same run; and the time of a backfill of 100,000 events at 200 ms of latency by the number of windows.
 * `node bench/throughput.ts [events]`. Compare the ratios: the figures are one machine's.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { dontPretenure } from '../src/toolkit/pretenuring.ts'
import { type FarSide, startFarSide } from './far_side.ts'
import { ship } from './whole_path.ts'

const EVENTS = Number(process.argv[2] ?? 100_000)
const BACKFILL_EVENTS = 100_000
/** Each begins a process of every contender, for the machine's own pace changes, and V8's guesses with the process. */
const ROUNDS = 5
const RUNS_PER_ROUND = 3
const CONTENDERS = ['loop', 'program', 'sqlite', 'memory'] as const

type Contender = (typeof CONTENDERS)[number]

/** CPU seconds of each run of one process. */
async function runsOf(contender: Contender, { api, collector }: FarSide): Promise<readonly number[]> {
  const script = join(import.meta.dirname, 'contender.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, contender, api, collector, String(RUNS_PER_ROUND)])
  return JSON.parse(stdout) as readonly number[]
}

async function throughput(): Promise<void> {
  using far = await startFarSide(EVENTS)
  const runs: Record<Contender, number[]> = { loop: [], program: [], sqlite: [], memory: [] }
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? CONTENDERS : CONTENDERS.toReversed()
    for (const contender of order) runs[contender].push(...(await runsOf(contender, far)))
  }
  const eventsPerSecond = (contender: Contender) => EVENTS / median(runs[contender])
  const share = (one: Contender, of: Contender) => `${((100 * eventsPerSecond(one)) / eventsPerSecond(of)).toFixed(0)} %`
  const row = (name: string, contender: Contender) => name.padEnd(37) + eventsPerSecond(contender).toFixed(0).padStart(6)
  console.log(
    `${EVENTS} events, node ${process.version}; events per CPU-second, the median of ${ROUNDS} processes of ${RUNS_PER_ROUND} runs`,
  )
  console.log(row('by hand: parse, map, write and gzip', 'loop'))
  console.log(row('by hand, with its requests', 'program'))
  for (const journal of ['sqlite', 'memory'] as const)
    console.log(
      `${row(`journal ${journal}`, journal)}   ${share(journal, 'loop')} of the first, ${share(journal, 'program')} of the second`,
    )
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

async function backfill(): Promise<void> {
  using far = await startFarSide(BACKFILL_EVENTS, 200)
  console.log(`\n${BACKFILL_EVENTS} events at 200 ms of latency, pages of 100; seconds`)
  for (const windows of [128, 64, 32, 1]) {
    const startMs = performance.now()
    await ship(far, 'sqlite', { window_concurrency: windows, tenant_events: false })
    console.log(`${String(windows).padStart(3)} windows   ${((performance.now() - startMs) / 1000).toFixed(1)}`)
  }
}

dontPretenure() // As the program does at its start.
await throughput()
await backfill()
