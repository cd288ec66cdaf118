import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program } from '../support/program.ts'

const HISTORY_MS = 30 * 86_400_000

/** A simulated API, a journal and a configuration, with which the program can be run several times. */
export class StagedProgram implements AsyncDisposable {
  readonly simulator: Simulator
  readonly #folder = temporaryFolder()
  readonly #config: string

  private constructor(simulator: Simulator, sinks: Readonly<Record<string, object>>) {
    this.simulator = simulator
    this.#config = join(this.#folder.path, 'tailrace.yaml')
    const source = { type: 'openai_audit', base_url: simulator.url, api_key: 'any', start: '31d', tenant_events: true }
    const journal = { type: 'sqlite', path: join(this.#folder.path, 'journal.db') }
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.simulator[Symbol.asyncDispose]()
    this.#folder[Symbol.dispose]()
  }
}
