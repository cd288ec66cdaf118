import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** How long a server may take until it is ready, on a busy machine. */
const START_MS_MAX = 120_000
/** How long a server that was asked to stop may take before it is killed. */
const STOP_MS_MAX = 20_000
const LOOK_EVERY_MS = 25
const TAIL_CHARS_MAX = 4000

export interface ServerCommand {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Its working directory, which holds its log; removed when the server is disposed of. */
  readonly folder: Disposable & { readonly path: string }
  readonly env?: Readonly<Record<string, string>>
  /** Asked again and again: whether the server takes requests. `output` is all it has printed since this start. */
  ready(output: string): boolean | Promise<boolean>
}

/** What every server of these tests can be told. */
interface RunningServer extends AsyncDisposable {
  /** Asks it to stop and waits until it has. */
  stop(): Promise<void>
  /** Ends it without a warning, as a power cut would. */
  kill(): Promise<void>
  /** Starts it again, where it was, with what it had stored. */
  start(): Promise<void>
  /** Stops it if it runs, and starts it again. */
  restart(): Promise<void>
}

/** The servers of this process that are running, for the report of a failed test. */
export const runningServers = new Set<ServerProcess>()

/** One server as a child process that does not outlive this one. */
export class ServerProcess implements RunningServer {
  readonly #command: ServerCommand
  readonly #log: string
  #child: ChildProcess | undefined
  #logStart = 0

  private constructor(command: ServerCommand) {
    this.#command = command
    this.#log = join(command.folder.path, `${command.name}.log`)
  }

  /** Resolves when the server is ready; throws with the end of its log when it ends first. */
  static async start(command: ServerCommand): Promise<ServerProcess> {
    const server = new ServerProcess(command)
    try {
      await server.start()
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error(`${this.#command.name} is running`)
    const { command, args, folder, env } = this.#command
    const log = openSync(this.#log, 'a')
    this.#logStart = this.#readLog().length
    const [program, ...rest] = boundToThisProcess(command, args)
    const child = spawn(program, rest, { cwd: folder.path, env: { ...process.env, ...env }, stdio: ['ignore', log, log] })
    closeSync(log)
    const failed = new Promise<never>((_, reject) => child.once('error', reject))
    failed.catch(() => {}) // Heard of by the race below; a failure after that is an exit.
    this.#child = child
    runningServers.add(this)
    await Promise.race([this.#untilReady(child), failed])
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    this.#command.folder[Symbol.dispose]()
  }

  /** It answers nobody until `thaw`, and closes nothing. Resolves when none of its threads runs any more. */
  async freeze(): Promise<void> {
    this.#child?.kill('SIGSTOP')
    const tasks = `/proc/${this.#child?.pid}/task`
    const isStopped = (task: string) => readFileSync(`${tasks}/${task}/stat`, 'utf8').split(') ')[1]?.startsWith('T') === true
    while (!readdirSync(tasks).every(isStopped)) await pause(5)
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  /** Whether the process is there. */
  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** All that it has printed since it was last started. */
  get output(): string {
    return this.#readLog().slice(this.#logStart)
  }

  /** The end of its log, under its name. */
  get tail(): string {
    return `--- ${this.#command.name} (${this.#log})\n${this.output.slice(-TAIL_CHARS_MAX)}`
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const deadlineMs = Date.now() + START_MS_MAX
    while (!(await this.#command.ready(this.output))) {
      const why = child.exitCode !== null || child.signalCode !== null ? 'ended before it was ready' : 'is not ready'
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadlineMs) {
        throw new Error(`${this.#command.name} ${why}\n${this.tail}`)
      }
      await pause(LOOK_EVERY_MS)
    }
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    if (this.isRunning) {
      const exited = once(child, 'exit')
      child.kill(signal)
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX)
      await exited
      clearTimeout(late)
    }
    this.#child = undefined
    runningServers.delete(this)
  }

  #readLog(): string {
    return readFileSync(this.#log, 'utf8')
  }
}

const hasSetpriv = process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0

/** Linux ends the server together with this process, however that ends; elsewhere only an orderly exit does. */
function boundToThisProcess(command: string, args: readonly string[]): readonly [string, ...string[]] {
  return hasSetpriv ? ['setpriv', '--pdeathsig', 'KILL', command, ...args] : [command, ...args]
}

process.on('exit', () => {
  for (const server of runningServers) void server.kill()
})
