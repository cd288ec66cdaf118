import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openJournalReader } from '../../src/service/journal.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { systemClock } from '../../src/toolkit/clock.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program } from '../support/program.ts'
import { freePort } from './ports.ts'

const HISTORY_MS = 30 * 86_400_000

interface StagedOptions {
  readonly events: number
  /** By id, as under `sinks` in the YAML. */
  readonly sinks: Readonly<Record<string, object>>
  /** Live events from the start on. Default: none. */
  readonly ratePerSecond?: number
  /** Other events. Default 1. */
  readonly seed?: number
  /** Beside those that every test needs, as under the source's id in the YAML. */
  readonly source?: object
}

/** A simulated API, a journal and a configuration, with which the program can be run several times. */
export class StagedProgram implements AsyncDisposable {
  readonly simulator: Simulator
  /** Of the admin server, while the program runs. */
  readonly admin: string
  /** Path of the configuration. */
  readonly config: string
  readonly #folder = temporaryFolder()
  readonly #journal: string

  private constructor(simulator: Simulator, adminPort: number, { sinks, source = {} }: StagedOptions) {
    this.simulator = simulator
    this.admin = `http://127.0.0.1:${adminPort}`
    this.config = join(this.#folder.path, 'tailrace.yaml')
    const acme = { type: 'openai_audit', base_url: simulator.url, api_key: 'any', start: '31d', tenant_events: true, ...source }
    this.#journal = join(this.#folder.path, 'journal.db')
    const journal = { type: 'sqlite', path: this.#journal }
    const service = { admin: { listen: `127.0.0.1:${adminPort}` } }
    // JSON is YAML.
    writeFileSync(this.config, JSON.stringify({ journal, sources: { acme }, sinks, service }))
  }

  static async open(options: StagedOptions): Promise<StagedProgram> {
    const { events, ratePerSecond = 0, seed = 1 } = options
    const simulator = await startSimulator({ events, historyMs: HISTORY_MS, ratePerSecond, seed, limitMax: 1000 })
    return new StagedProgram(simulator, await freePort(), options)
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
    return new Program([command, '-c', this.config, ...rest], { env })
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
