import { type FileHandle, open, stat } from 'node:fs/promises'

/** The calls that a full or broken disk fails, apart so that a test can fail them. */
export interface Disk {
  /** Gives how many of the bytes were taken. */
  write(file: FileHandle, bytes: Buffer, position: number): Promise<number>
  /** Resolves when the file's bytes and its length are durable. */
  sync(file: FileHandle): Promise<void>
  /** Resolves when the names in the folder are durable: those of new, renamed and removed files. */
  syncFolder(path: string): Promise<void>
}

export const systemDisk: Disk = {
  write: async (file, bytes, position) => (await file.write(bytes, 0, bytes.length, position)).bytesWritten,
  sync: file => file.datasync(),
  syncFolder,
}

export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r')
  await folder.sync()
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(absent)) !== undefined
}

/** For `catch`: what is not there is undefined; any other failure stays one. */
export function absent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}
