/**
 * Events per CPU-second of the whole path (pages of 1,000 over HTTP, journal, ECS, HEC with gzip), with the
 * SQLite journal and with the one in memory, beside the hand-written ceiling (parse, map, write, gzip) in the
 * same run; and the time of a backfill of 100,000 events at 200 ms of latency by the number of windows.
 * `node bench/throughput.ts [events]`. Compare the ratios: the figures are one machine's.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { checkConfig } from '../src/config/load.ts'
import { REGISTRY } from '../src/registry.ts'
import { SILENT_METER } from '../src/service/meter.ts'
import { runService } from '../src/service/run.ts'
import { systemClock } from '../src/toolkit/clock.ts'
import { dontPretenure } from '../src/toolkit/pretenuring.ts'
import { loop, program } from './by_hand.ts'

const EVENTS = Number(process.argv[2] ?? 100_000)
const BACKFILL_EVENTS = 100_000
const WARM_UP_RUNS = 3
const RUNS = 9
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const cpuS = () => Object.values(process.cpuUsage()).reduce((sum, us) => sum + us, 0) / 1e6

/** CPU seconds. */
interface ByHand {
  readonly loop: number
  readonly program: number
}

interface Run extends ByHand {
  readonly whole: number
}

interface FarSide extends Disposable {
  readonly api: string
  readonly collector: string
}

async function farSide(events: number, latencyMs = 0): Promise<FarSide> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'far_side.ts'), String(events), String(latencyMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const { value } = await createInterface(child.stdout)[Symbol.asyncIterator]().next()
  return { ...(JSON.parse(value as string) as { api: string; collector: string }), [Symbol.dispose]: () => void child.kill() }
}

/** Ships everything once; gives CPU seconds of this process and seconds on the wall. */
async function ship(far: FarSide, journal: 'sqlite' | 'memory', source: object): Promise<{ cpuS: number; wallS: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const text = JSON.stringify({
    journal: journal === 'sqlite' ? { type: 'sqlite', path: join(folder, 'journal.db') } : { type: 'memory' },
    sources: { acme: { type: 'openai_audit', base_url: far.api, api_key: 'k', start: '31d', tenant_events: true, ...source } },
    sinks: { splunk: { type: 'splunk_hec', url: far.collector, token: 't' } },
    service: { admin: { enabled: false } },
  })
  const config = checkConfig([{ name: 'bench', text }], { registry: REGISTRY, env: {} })
  const never = new AbortController().signal
  try {
    const before = { cpuS: cpuS(), wallMs: performance.now() }
    await runService({
      config,
      registry: REGISTRY,
      clock: systemClock,
      logger: silent,
      meter: SILENT_METER,
      bounds: { untilMs: Date.now() },
      stop: { softStop: never, hardStop: never },
    })
    return { cpuS: cpuS() - before.cpuS, wallS: (performance.now() - before.wallMs) / 1000 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Each a string of its own: as pieces of one string all would be of two bytes a character for the sake of one emoji, and slower to write. */
async function textsOf(far: FarSide): Promise<readonly string[]> {
  const lines = (await (await fetch(new URL('/_simulator/events', far.api))).text()).split('\n')
  return lines.filter(line => line !== '').map(line => Buffer.from(line).toString())
}

/** CPU seconds of the hand-written loop and program over the same events. */
async function byHand(far: FarSide, texts: readonly string[]): Promise<ByHand> {
  const startS = cpuS()
  loop(texts)
  const loopS = cpuS() - startS
  const events = await program(far)
  if (events !== texts.length) throw new Error(`The program by hand found ${events} events of ${texts.length}`)
  return { loop: loopS, program: cpuS() - startS - loopS }
}

/** What is by hand before and after each run, and the journals in turns, for the machine's own pace changes; all warm before they count. */
async function throughput(): Promise<void> {
  using far = await farSide(EVENTS)
  const texts = await textsOf(far)
  const source = { page_size: 1000 }
  const runs = { sqlite: [] as Run[], memory: [] as Run[] }
  let before = await byHand(far, texts)
  for (let round = -WARM_UP_RUNS; round < RUNS; round++) {
    for (const journal of ['sqlite', 'memory'] as const) {
      const whole = (await ship(far, journal, source)).cpuS
      const after = await byHand(far, texts)
      if (round >= 0) runs[journal].push({ loop: (before.loop + after.loop) / 2, program: (before.program + after.program) / 2, whole })
      before = after
    }
  }
  console.log(`${texts.length} events, node ${process.version}; events per CPU-second, the median of ${RUNS} runs`)
  const rateOf = (cpuS: readonly number[]) => (texts.length / median(cpuS)).toFixed(0).padStart(6)
  const all = Object.values(runs).flat()
  console.log(`by hand: parse, map, write and gzip  ${rateOf(all.map(run => run.loop))}`)
  console.log(`by hand, with its requests           ${rateOf(all.map(run => run.program))}`)
  for (const [journal, ofIt] of Object.entries(runs)) {
    const share = (of: 'loop' | 'program') => `${(100 * median(ofIt.map(run => run[of] / run.whole))).toFixed(0)} %`
    const name = `journal ${journal}`.padEnd(37)
    console.log(`${name}${rateOf(ofIt.map(run => run.whole))}   ${share('loop')} of the first, ${share('program')} of the second`)
  }
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

async function backfill(): Promise<void> {
  using far = await farSide(BACKFILL_EVENTS, 200)
  console.log(`\n${BACKFILL_EVENTS} events at 200 ms of latency, pages of 100; seconds`)
  for (const windows of [128, 64, 32, 1]) {
    const { wallS } = await ship(far, 'sqlite', { window_concurrency: windows, tenant_events: false })
    console.log(`${String(windows).padStart(3)} windows   ${wallS.toFixed(1)}`)
  }
}

dontPretenure() // As the program does at its start.
await throughput()
await backfill()
