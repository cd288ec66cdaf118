import { type FileHandle, open } from 'node:fs/promises'
import { FatalError, toError } from '../core/errors.ts'
import { EXIT } from './exit.ts'

/** A file that a command makes, for its owner alone: it holds what people did. */
export class OutputFile implements AsyncDisposable {
  readonly #path: string
  readonly #handle: FileHandle

  private constructor(path: string, handle: FileHandle) {
    this.#path = path
    this.#handle = handle
  }

  static async create(path: string): Promise<OutputFile> {
    return new OutputFile(path, await attempt(path, () => open(path, 'w', 0o600)))
  }

  /** Resolves when all of it is written: one `write` may take a part alone, as on a disk that is almost full. */
  async append(text: string): Promise<void> {
    await attempt(this.#path, () => this.#handle.appendFile(text))
  }

  async sync(): Promise<void> {
    await attempt(this.#path, () => this.#handle.sync())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new FatalError('cli.unwritable', `${path} can't be written: ${toError(cause).message}`, { exitCode: EXIT.failed, cause })
  }
}
