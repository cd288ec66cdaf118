import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program } from '../support/program.ts'

export interface ProgramOptions {
  readonly events: number
  /** By id, as under `sinks` in the YAML. */
  readonly sinks: Readonly<Record<string, object>>
  /** Goes on beside the program, which has ended when `ended` has, and is waited for: stops and starts receivers. */
  readonly disturb?: (ended: AbortSignal) => Promise<void>
}

export interface ProgramRun {
  readonly code: number | undefined
  /** All that it said on standard error. */
  readonly err: string
  /** The ids the API has, sorted. */
  readonly ids: readonly string[]
}

const HISTORY_MS = 30 * 86_400_000

/** `tailrace run --once`, in a process of its own, from a simulator that holds `events` to the sinks given. */
export async function shipAll({ events, sinks, disturb }: ProgramOptions): Promise<ProgramRun> {
  using folder = temporaryFolder()
  await using simulator = await startSimulator({ events, historyMs: HISTORY_MS })
  const config = join(folder.path, 'tailrace.yaml')
  const source = { type: 'openai_audit', base_url: simulator.url, api_key: 'any', start: '31d', tenant_events: true }
  const journal = { type: 'sqlite', path: join(folder.path, 'journal.db') }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ journal, sources: { acme: source }, sinks, service: { admin: { enabled: false } } }))
  await using program = new Program(['run', '-c', config, '--once'])
  const done = new AbortController()
  const [{ code, err }] = await Promise.all([program.end().finally(() => done.abort()), disturb?.(done.signal)])
  return { code, err, ids: simulator.ids().toSorted() }
}
