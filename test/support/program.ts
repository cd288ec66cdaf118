import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** What is around it tells nobody that it changed. */
const LOOK_MS = 20
const ROOT = join(import.meta.dirname, '../..')

export interface ProgramResult {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined
  readonly out: string
  readonly err: string
}

/** The program in a process of its own, as users start it. */
export class Program implements AsyncDisposable {
  readonly #child
  readonly #ended: Promise<ProgramResult>
  #out = ''
  #err = ''
  #wake = Promise.withResolvers<void>()

  constructor(args: readonly string[], { env = {}, cwd = ROOT }: { env?: Record<string, string>; cwd?: string } = {}) {
    this.#child = spawn(process.execPath, [join(ROOT, 'bin/tailrace.js'), ...args], { cwd, env: { ...process.env, ...env } })
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#out += text
      this.#wake.resolve()
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#err += text
      this.#wake.resolve()
    })
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', code => {
        this.#wake.resolve()
        resolve({ code: code ?? undefined, out: this.#out, err: this.#err })
      })
    })
  }

  get pid(): number {
    return this.#child.pid!
  }

  get out(): string {
    return this.#out
  }

  get err(): string {
    return this.#err
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** Resolves when the condition holds, of what it has written or of the world around it; rejects when it ends before. */
  async until(condition: (out: string, err: string) => boolean): Promise<void> {
    while (!condition(this.#out, this.#err)) {
      if (this.hasEnded) throw new Error(`It ended before, with ${this.#child.exitCode}:\n${this.#err}`)
      this.#wake = Promise.withResolvers<void>()
      await Promise.race([this.#wake.promise, pause(LOOK_MS)])
    }
  }

  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL' | 'SIGUSR1'): void {
    this.#child.kill(name)
  }

  /** Reads no more of its standard output, as `head` does. */
  closeOutput(): void {
    this.#child.stdout.destroy()
  }

  /** Leaves its standard output unread until the end. */
  stallOutput(): void {
    this.#child.stdout.pause()
    this.#child.once('exit', () => this.#child.stdout.resume())
  }

  end(): Promise<ProgramResult> {
    this.#child.stdin.end()
    return this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.hasEnded) this.#child.kill('SIGKILL')
    await this.#ended
  }
}
