import { statSync } from 'node:fs'
import { gone, unlocked } from './faults.ts'

/**
 * The files that SQLite has open. It goes on writing into one that was removed or replaced: everything would be
 * acknowledged, and gone with the process.
 */
export class OpenFiles {
  readonly #path: string
  readonly #identities: ReadonlyMap<string, string | undefined>
  readonly #lock: string
  readonly #lockIdentity: string | undefined

  constructor(path: string) {
    this.#path = path
    this.#identities = new Map([path, `${path}-wal`].map(file => [file, identityOf(file)]))
    this.#lock = `${path}.lock`
    this.#lockIdentity = identityOf(this.#lock)
  }

  /** Throws a `FatalError` when one of them is no longer where it was opened. */
  refuseMoved(): void {
    for (const [file, identity] of this.#identities) if (identityOf(file) !== identity) throw gone(this.#path, file)
    if (identityOf(this.#lock) !== this.#lockIdentity) throw unlocked(this.#path, this.#lock)
  }
}

function identityOf(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats && `${stats.dev}:${stats.ino}`
}
