import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, rename, rm, stat, unlink, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { absent, exists, syncFolder } from './disk.ts'
import { activePath, type FoundFile, numberedPath, type PathTemplate } from './template.ts'

export interface Keeping {
  readonly compress: boolean
  /** The most closed files of one series; the oldest go first. Undefined keeps all. */
  readonly filesMax: number | undefined
  /** Closed files whose last write is longer ago go. Undefined keeps all. */
  readonly ageMsMax: number | undefined
}

interface ClosedFile {
  readonly number: number
  readonly writtenMs: number
  readonly paths: string[]
}

/** Every file below the template's base that the template made. */
export async function findFiles(template: PathTemplate): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = []
  const look = async (folder: string, depth: number): Promise<void> => {
    for (const entry of (await readdir(folder, { withFileTypes: true }).catch(absent)) ?? []) {
      const path = join(folder, entry.name)
      if (entry.isDirectory() && depth > 1) await look(path, depth - 1)
      const file = entry.isFile() && depth === 1 ? template.match(path) : undefined
      if (file !== undefined) found.push(file)
    }
  }
  await look(template.base, template.depth)
  return found
}

/** Closes a file for good: renames it with the next number of its path, or removes it where it is empty. */
export async function retire(path: string, template: PathTemplate): Promise<void> {
  const stats = await stat(path).catch(absent)
  if (stats === undefined) return
  if (stats.size === 0) await unlink(path)
  else await rename(path, numberedPath(path, await nextNumber(path, template)))
  await syncFolder(dirname(path))
}

async function nextNumber(path: string, template: PathTemplate): Promise<number> {
  const numbers = (await readdir(dirname(path)))
    .map(name => template.match(join(dirname(path), name)))
    .map(file => (file?.number !== undefined && activePath(file) === path ? file.number : 0))
  let next = numbers.reduce((highest, number) => Math.max(highest, number), 0) + 1
  // Nothing is ever renamed over a file, whoever made it.
  while ((await exists(numberedPath(path, next))) || (await exists(`${numberedPath(path, next)}.gz`))) next++
  return next
}

/**
 * Removes closed files that are too many or too old, and compresses the others. A crash at any moment leaves each file whole
 * at least once; what was left half done is found and finished the next time.
 */
export async function tidy(template: PathTemplate, keeping: Keeping, nowMs: number, signal: AbortSignal): Promise<void> {
  // First: it makes room, which compressing needs, and nothing is compressed for nothing.
  if (keeping.filesMax !== undefined || keeping.ageMsMax !== undefined) await removeSurplus(template, keeping, nowMs)
  for (const { path, number, isGzip, isPartial } of await findFiles(template)) {
    signal.throwIfAborted()
    if (isPartial) await rm(path, { force: true })
    else if (keeping.compress && number !== undefined && !isGzip) await compressFile(path, signal)
  }
}

/** The name `.gz` is given to nothing but a whole and durable file, so where it stands the plain one can go. */
async function compressFile(path: string, signal: AbortSignal): Promise<void> {
  const [compressed, partial] = [`${path}.gz`, `${path}.gz.partial`]
  if (!(await exists(compressed))) {
    try {
      await writeCompressed(path, partial, signal)
      await rename(partial, compressed)
    } catch (error) {
      await rm(partial, { force: true }).catch(() => {}) // On a full disk it takes the room of events. What stays is found the next time.
      throw error
    }
    await syncFolder(dirname(path))
  }
  await unlink(path)
}

async function writeCompressed(path: string, to: string, signal: AbortSignal): Promise<void> {
  const { mode, mtime } = await stat(path)
  await pipeline(createReadStream(path), createGzip(), createWriteStream(to, { mode, flush: true }), { signal })
  await utimes(to, mtime, mtime) // The age of a file is that of its last line.
}

async function removeSurplus(template: PathTemplate, { filesMax, ageMsMax }: Keeping, nowMs: number): Promise<void> {
  const bySeries = new Map<string, Map<string, ClosedFile>>()
  for (const { path, series, number, isPartial } of await findFiles(template)) {
    const stats = number === undefined || isPartial ? undefined : await stat(path).catch(absent)
    if (number === undefined || stats === undefined) continue
    const files = bySeries.getOrInsertComputed(JSON.stringify(series), () => new Map<string, ClosedFile>())
    // A crash while it was compressed leaves it twice: that is one file.
    const file = files.getOrInsertComputed(path.replace(/\.gz$/, ''), () => ({ number, writtenMs: stats.mtimeMs, paths: [] }))
    file.paths.push(path)
  }
  for (const files of bySeries.values()) {
    const newestFirst = [...files.values()].sort((a, b) => b.writtenMs - a.writtenMs || b.number - a.number)
    for (const [index, { paths, writtenMs }] of newestFirst.entries()) {
      if (index < (filesMax ?? Infinity) && nowMs - writtenMs <= (ageMsMax ?? Infinity)) continue
      for (const path of paths) await rm(path, { force: true })
    }
  }
}
