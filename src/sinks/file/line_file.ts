import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Logger } from '../../core/context.ts'
import { absent, type Disk } from './disk.ts'
import { soundEnd } from './tail.ts'

/** Events are sensitive: the owner writes, the group reads. */
const FILE_MODE = 0o640
const FOLDER_MODE = 0o750

export interface OpenOptions {
  /** The folder that has to exist; those below it are made. */
  readonly base: string
  readonly disk: Disk
  readonly logger: Logger
}

/** One file that whole lines are added to; nobody else may write it meanwhile. */
export class LineFile implements AsyncDisposable {
  readonly path: string
  readonly #handle: FileHandle
  readonly #disk: Disk
  #bytes: number
  /** A failed write that could not be taken back: what stands behind `bytes` is to be cut first. */
  #isTorn = false

  private constructor(path: string, handle: FileHandle, bytes: number, disk: Disk) {
    this.path = path
    this.#handle = handle
    this.#bytes = bytes
    this.#disk = disk
  }

  /** Opens or makes it; what a crash left unfinished at its end is cut. Throws what the system says. */
  static async open(path: string, { base, disk, logger }: OpenOptions): Promise<LineFile> {
    await stat(base) // Not made by us: an empty folder where a volume was to be mounted would fill the wrong disk.
    const handle = await openOrMake(path, base, disk)
    try {
      const { size } = await handle.stat()
      const end = await soundEnd(handle, path)
      if (end < size) {
        await handle.truncate(end)
        await disk.sync(handle)
        logger.warn(`${path}: ${size - end} bytes of an unfinished write were cut off; their events are written again`)
      }
      return new LineFile(path, handle, end, disk)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Resolves when the lines are durable; when it throws, the file ends where it ended before. */
  async append(lines: Buffer): Promise<void> {
    if (this.#isTorn) await this.#cut()
    this.#isTorn = true
    try {
      for (let written = 0; written < lines.length; ) {
        written += await this.#disk.write(this.#handle, lines.subarray(written), this.#bytes + written)
      }
      await this.#disk.sync(this.#handle)
    } catch (error) {
      await this.#cut().catch(() => {}) // Tried again before the next write; the disk's own failure is the one to tell.
      throw error
    }
    this.#bytes += lines.length
    this.#isTorn = false
  }

  /** Whether the path still leads to this file, and nobody has written or cut it. */
  async isUntouched(): Promise<boolean> {
    const [there, here] = await Promise.all([stat(this.path).catch(absent), this.#handle.stat()])
    return there?.ino === here.ino && there.dev === here.dev && (here.size === this.#bytes || this.#isTorn)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }

  async #cut(): Promise<void> {
    await this.#handle.truncate(this.#bytes)
    this.#isTorn = false
  }
}

async function openOrMake(path: string, base: string, disk: Disk): Promise<FileHandle> {
  const handle = (await open(path, 'r+').catch(absent)) ?? (await make(path))
  try {
    // Also of a file that is there: a crash may have come before this.
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      await disk.syncFolder(folder)
      if (folder === base || folder === dirname(folder)) break
    }
  } catch (error) {
    await handle.close()
    throw error
  }
  return handle
}

async function make(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE })
  return await open(path, 'wx+', FILE_MODE)
}
