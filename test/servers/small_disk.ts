import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'

/** A disk of its own, in memory. Needs the right to mount one. */
export function smallDisk(megabytes: number): Disposable & { readonly path: string } {
  const folder = temporaryFolder()
  const path = join(folder.path, 'disk')
  mkdirSync(path)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none', path])
  return {
    path,
    [Symbol.dispose]() {
      execFileSync('umount', [path])
      folder[Symbol.dispose]()
    },
  }
}
