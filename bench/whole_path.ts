/** The program as users run it, within this process: everything of the API once, to the end. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkConfig } from '../src/config/load.ts'
import { REGISTRY } from '../src/registry.ts'
import { SILENT_METER } from '../src/service/meter.ts'
import { runService } from '../src/service/run.ts'
import { systemClock } from '../src/toolkit/clock.ts'
import type { FarSide } from './far_side.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

export type Journal = 'sqlite' | 'memory'

/** Settings of the source and the sink, beside URL and credential. */
interface Settings {
  readonly journal: Journal
  readonly source: object
  readonly sink: object
}

export async function ship(far: FarSide, { journal, source, sink }: Settings): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const text = JSON.stringify({
    journal: journal === 'sqlite' ? { type: 'sqlite', path: join(folder, 'journal.db') } : { type: 'memory' },
    sources: { acme: { type: 'openai_audit', base_url: far.api, api_key: 'k', start: '31d', tenant_events: true, ...source } },
    sinks: { splunk: { type: 'splunk_hec', url: far.collector, token: 't', ...sink } },
    service: { admin: { enabled: false } },
  })
  const never = new AbortController().signal
  try {
    await runService({
      config: checkConfig([{ name: 'bench', text }], { registry: REGISTRY, env: {} }),
      registry: REGISTRY,
      clock: systemClock,
      logger: silent,
      meter: SILENT_METER,
      bounds: { untilMs: Date.now() },
      stop: { softStop: never, hardStop: never },
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
