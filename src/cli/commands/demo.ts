import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkConfig } from '../../config/load.ts'
import { REGISTRY } from '../../registry.ts'
import { type FormatOption, formatOption } from '../format.ts'
import { listenOrExplain } from '../listen.ts'
import type { Register } from '../program.ts'
import { serve } from '../serve.ts'
import { parseEventCount, parseRate } from '../simulate.ts'

const HISTORY_HOURS = 6

export const register: Register = (program, { io, version, action }) => {
  program
    .command('demo')
    .description('Shows it at work without an account: simulated API, journal in a temporary folder, mapped events on standard output.')
    .addOption(formatOption('ecs'))
    .option('--rate <n/s>', 'new events a second', '2/s')
    .option('--events <n>', 'events of the history before the live ones', '20')
    .option('--once', 'end after the history')
    .action(
      action(async ({ format, rate, events, once }: FormatOption & { rate: string; events: string; once?: boolean }) => {
        const ratePerSecond = parseRate(rate)
        const count = parseEventCount(events)
        await using scope = new AsyncDisposableStack()
        const folder = await mkdtemp(join(tmpdir(), 'tailrace-demo-'))
        scope.defer(() => rm(folder, { recursive: true, force: true }))
        const simulator = scope.use(await listenOrExplain({ events: count, historyMs: HISTORY_HOURS * 3_600_000, ratePerSecond }))
        io.say(`Simulated API at ${simulator.url}: ${count} events of the last ${HISTORY_HOURS} hours, then ${ratePerSecond} a second.`)
        io.say(`Journal in ${folder}. Every event is mapped to ${format} and written below. Ctrl-C ends it.`)
        const config = demoConfig(simulator.url, join(folder, 'journal.db'), format)
        return await serve({ config, bounds: once ? { untilMs: Date.now() } : {}, io, version })
      }),
    )
}

/** The configuration that a user would write, checked in the same way. */
function demoConfig(baseUrl: string, journal: string, format: string) {
  const text = JSON.stringify({
    journal: { type: 'sqlite', path: journal },
    sources: { demo: { type: 'openai_audit', base_url: baseUrl, api_key: 'demo', start: `${HISTORY_HOURS}h`, poll_interval: '1s' } },
    sinks: { stdout: { type: 'stdout', format, batch: { timeout: '100ms' } } },
    service: { admin: { enabled: false }, log: { level: 'warn' }, shutdown_timeout: '5s' },
  })
  return checkConfig([{ name: 'demo', text }], { registry: REGISTRY, env: {} })
}
