import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openJournalReader } from '../../src/service/journal.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { systemClock } from '../../src/toolkit/clock.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program } from '../support/program.ts'

const HISTORY_MS = 30 * 86_400_000

/** A simulated API, a journal and a configuration, with which the program can be run several times. */
export class StagedProgram implements AsyncDisposable {
  readonly simulator: Simulator
  readonly #folder = temporaryFolder()
  readonly #config: string
  readonly #journal: string

  private constructor(simulator: Simulator, sinks: Readonly<Record<string, object>>) {
    this.simulator = simulator
    this.#config = join(this.#folder.path, 'tailrace.yaml')
    this.#journal = join(this.#folder.path, 'journal.db')
    const source = { type: 'openai_audit', base_url: simulator.url, api_key: 'any', start: '31d', tenant_events: true }
    const journal = { type: 'sqlite', path: this.#journal }
    // JSON is YAML.
    writeFileSync(this.#config, JSON.stringify({ journal, sources: { acme: source }, sinks, service: { admin: { enabled: false } } }))
  }

  static async open({ events, sinks }: { events: number; sinks: Readonly<Record<string, object>> }): Promise<StagedProgram> {
    return new StagedProgram(await startSimulator({ events, historyMs: HISTORY_MS }), sinks)
  }

  /** The ids the API has, sorted. */
  get ids(): readonly string[] {
    return this.simulator.ids().toSorted()
  }

  start(...args: readonly string[]): Program {
    return this.startWith({}, ...args)
  }

  startWith(env: Record<string, string>, ...args: readonly string[]): Program {
    const [command = 'run', ...rest] = args
    return new Program([command, '-c', this.#config, ...rest], { env })
  }

  /** How many events stand in the journal, seen from another process than the one that writes it. */
  async journaled(): Promise<number> {
    if (!existsSync(this.#journal)) return 0
    await using reader = await openJournalReader(this.#journal, systemClock)
    return (await reader.stats()).events
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.simulator[Symbol.asyncDispose]()
    this.#folder[Symbol.dispose]()
  }
}
