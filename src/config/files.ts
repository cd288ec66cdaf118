import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { TextDecoder } from 'node:util'
import { toError } from '../core/errors.ts'
import type { Problem } from './problem.ts'

/** The largest file that is taken for a configuration (invariant 5). */
const FILE_BYTES_MAX = 4 * 2 ** 20

export interface ConfigFile {
  /** As the operator named it, so that an editor opens it with a click. */
  readonly name: string
  readonly text: string
}

/** Reads the files, and of a folder every `*.yaml` and `*.yml` by name; what can't be read becomes a problem. */
export function readConfigFiles(paths: readonly string[], problems: Problem[]): ConfigFile[] {
  const names = new Map<string, string>() // A file that is named twice, or named beside its folder, is read once.
  for (const path of paths) for (const name of filesAt(path, problems)) names.set(resolve(name), names.get(resolve(name)) ?? name)
  return [...names.values()].flatMap(name => readConfigFile(name, problems) ?? [])
}

function filesAt(path: string, problems: Problem[]): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    const names = readdirSync(path)
      .filter(name => /\.ya?ml$/i.test(name) && !name.startsWith('.'))
      .sort()
    if (names.length === 0) problems.push(ofFile(path, 'this folder holds no *.yaml and no *.yml file'))
    return names.map(name => join(path, name))
  } catch (cause) {
    problems.push(ofFile(path, unreadable(cause)))
    return []
  }
}

function readConfigFile(name: string, problems: Problem[]): ConfigFile | undefined {
  try {
    const bytes = readFileSync(name)
    if (bytes.length > FILE_BYTES_MAX) throw new Error(`it has ${bytes.length} bytes, a configuration at most ${FILE_BYTES_MAX}`)
    if (bytes.includes(0)) throw new Error('it is no text: it holds a zero byte')
    return { name, text: decode(bytes) }
  } catch (cause) {
    problems.push(ofFile(name, unreadable(cause)))
    return undefined
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Error('it is no text in UTF-8', { cause })
  }
}

const ofFile = (file: string, message: string): Problem => ({ place: { file, line: 0, column: 0 }, path: [], message })

function unreadable(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'there is no such file or folder'
  if (code === 'EACCES' || code === 'EPERM') return 'can not be read: permission denied'
  return `can not be read: ${toError(cause).message}`
}
