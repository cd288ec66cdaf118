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
import { gzipSync } from 'node:zlib'
import { checkConfig } from '../src/config/load.ts'
import { LogEvent } from '../src/core/event.ts'
import { createEcsMapper } from '../src/mappers/ecs/index.ts'
import { REGISTRY } from '../src/registry.ts'
import { SILENT_METER } from '../src/service/meter.ts'
import { runService } from '../src/service/run.ts'
import { systemClock } from '../src/toolkit/clock.ts'
import { dontPretenure } from '../src/toolkit/pretenuring.ts'

const EVENTS = Number(process.argv[2] ?? 100_000)
const BACKFILL_EVENTS = 100_000
const WARM_UP_RUNS = 3
const RUNS = 9
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const cpuS = () => Object.values(process.cpuUsage()).reduce((sum, us) => sum + us, 0) / 1e6

/** CPU seconds. */
interface Run {
  readonly ceiling: number
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

/** Parse, map, write and compress in batches of 1,000, by hand and with nothing around it. */
function ceiling(texts: readonly string[]): number {
  const map = createEcsMapper({ clock: systemClock })
  const startS = cpuS()
  for (let start = 0; start < texts.length; start += 1000) {
    const lines = texts.slice(start, start + 1000).map(text => {
      const body = JSON.parse(text) as { id: string; effective_at: number }
      const times = { timeMs: body.effective_at * 1000, receivedMs: 0 }
      return map(new LogEvent({ source: 'acme', stream: 'organization', id: body.id, text, body: body as never, ...times })).json
    })
    gzipSync(lines.join('\n'), { level: 1 })
  }
  return cpuS() - startS
}

/** The ceiling before and after each run, and the journals in turns, for the machine's own pace changes; all warm before they count. */
async function throughput(): Promise<void> {
  using far = await farSide(EVENTS)
  const texts = (await (await fetch(new URL('/_simulator/events', far.api))).text()).split('\n').filter(line => line !== '')
  const source = { page_size: 1000 }
  console.log(`${texts.length} events, node ${process.version}; events per CPU-second, the median of ${RUNS} runs`)
  const runs = { sqlite: [] as Run[], memory: [] as Run[] }
  let before = 0
  for (let round = -WARM_UP_RUNS; round < RUNS; round++) {
    for (const journal of ['sqlite', 'memory'] as const) {
      const whole = (await ship(far, journal, source)).cpuS
      const after = ceiling(texts)
      if (round >= 0) runs[journal].push({ ceiling: (before + after) / 2, whole })
      before = after
    }
  }
  for (const [journal, ofIt] of Object.entries(runs)) {
    const rateOf = (cpuS: (run: Run) => number) => (texts.length / median(ofIt.map(cpuS))).toFixed(0)
    const share = (100 * median(ofIt.map(run => run.ceiling / run.whole))).toFixed(0)
    console.log(
      `journal ${journal}: ${rateOf(run => run.whole)}; parse, map, write and gzip alone: ${rateOf(run => run.ceiling)}; ${share} %`,
    )
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
