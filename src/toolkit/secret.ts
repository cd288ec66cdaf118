import { readFileSync, statSync } from 'node:fs'
import type { Clock } from '../core/clock.ts'
import { BlockedError } from '../core/errors.ts'
import { firstOf } from './first_of.ts'

const REMEDY = 'Put the secret there, readable for the user of this process: the file is looked at again by itself, and nothing is dropped.'
/** How often a secret's file is looked at while somebody waits for its change. */
const WATCH_INTERVAL_MS = 1000

/**
 * A string that is never logged, echoed in an error or printed (invariant 6): `String(secret)` gives
 * `***`. One that stands in a file is read again whenever the file has changed, so that a key can be
 * rotated without a restart.
 */
export class Secret {
  readonly #path: string | undefined
  #text: string | undefined
  #stamp: string | undefined

  private constructor(text: string | undefined, path: string | undefined) {
    this.#text = text
    this.#path = path
  }

  static literal(text: string): Secret {
    return new Secret(text, undefined)
  }

  static file(path: string): Secret {
    return new Secret(undefined, path)
  }

  /** The value; the file's text without white space around it. Throws `BlockedError` when the file can't be read or is empty. */
  reveal(): string {
    if (this.#path === undefined) return this.#text ?? ''
    const stamp = stampOf(this.#path)
    if (this.#text === undefined || stamp !== this.#stamp) {
      this.#text = undefined
      this.#stamp = stamp // Before the reading, which may fail: the very file that comes back is a change, too.
      this.#text = readTrimmed(this.#path)
    }
    return this.#text
  }

  /** Whether it stands in a file, which is read when it is revealed. */
  get isFile(): boolean {
    return this.#path !== undefined
  }

  /** Where the operator has to look: `the file /run/secrets/key`, or `the configuration`. */
  get origin(): string {
    return this.#path === undefined ? 'the configuration' : `the file ${this.#path}`
  }

  /** Changes whenever the file does; says nothing about the value. */
  get version(): string {
    return this.#path === undefined ? '' : stampOf(this.#path)
  }

  /**
   * Resolves when the file has changed since `reveal` last read it, or since this call if it was never read; never for a value
   * that stands in no file. Rejects on `signal`.
   */
  async changed(clock: Clock, signal: AbortSignal): Promise<void> {
    const before = this.#stamp ?? this.version
    do await clock.sleep(WATCH_INTERVAL_MS, signal)
    while (this.#path === undefined || stampOf(this.#path) === before)
  }

  toString(): string {
    return '***'
  }

  toJSON(): string {
    return '***'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***'
  }
}

/** Resolves when `changed` of one of them does; never when none stands in a file. Rejects on `signal`. */
export async function anyChanged(secrets: readonly Secret[], clock: Clock, signal: AbortSignal): Promise<void> {
  const waits = secrets.map(each => (until: AbortSignal) => each.changed(clock, until))
  await firstOf([...waits, aborted], signal) // Without a secret nothing else would end it.
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

/** Changes whenever the file does; Kubernetes replaces mounted secrets by a rename, which the inode shows. */
function stampOf(path: string): string {
  try {
    const stats = statSync(path, { bigint: true })
    return `${stats.ino}:${stats.size}:${stats.mtimeNs}`
  } catch {
    return 'missing' // `reveal` says why.
  }
}

function readTrimmed(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BlockedError('secret.unreadable', `The secret's file ${path} can't be read: ${reason}. ${REMEDY}`, { cause })
  }
  if (text === '') throw new BlockedError('secret.empty', `The secret's file ${path} is empty. ${REMEDY}`)
  return text
}
