import { FileText } from '../toolkit/settings.ts'
import type { Place } from './problem.ts'

/** A value of the configuration that remembers where it stood. */
export interface SettingNode {
  readonly kind: 'map' | 'list' | 'scalar'
  readonly place: Place
  /** Of the key before it, if there is one. */
  readonly keyPlace: Place | undefined
  /** Of a map by key, of a list by index. */
  readonly entries: ReadonlyMap<string, SettingNode>
  /** Of a scalar. */
  readonly value: string | number | boolean | null | FileText
  /** Of a scalar, as it stood in the file: names of variables, not what they hold (invariant 6). */
  readonly written: string
  /** It came from a variable or a file, which hold text only, so it may be meant as a number or a boolean. */
  readonly interpolated: boolean
  /** A problem has been found in it already. */
  readonly broken: boolean
}

export const EMPTY_SCALAR = { entries: new Map(), value: null, written: '', interpolated: false, broken: false } as const

/** The node's value without its places; `replaced` overrides the values of scalars. */
export function plain(node: SettingNode, replaced: ReadonlyMap<SettingNode, unknown> = new Map()): unknown {
  if (node.kind === 'scalar') return replaced.has(node) ? replaced.get(node) : node.value
  if (node.kind === 'list') return [...node.entries.values()].map(entry => plain(entry, replaced))
  const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const [key, entry] of node.entries) object[key] = plain(entry, replaced)
  return object
}

/** The node at the path, or as much of the way there as exists. */
export function walk(node: SettingNode, path: readonly PropertyKey[]): { node: SettingNode; found: boolean } {
  let here = node
  for (const key of path) {
    const next = here.entries.get(String(key))
    if (next === undefined) return { node: here, found: false }
    here = next
  }
  return { node: here, found: true }
}

/** What stood there, in words, without a value. */
export function kindOf(node: SettingNode): string {
  if (node.kind === 'list') return 'a list'
  if (node.kind === 'map') return 'a map of settings'
  if (node.value === null) return 'nothing'
  if (node.value instanceof FileText) return 'a file'
  return node.value === '' ? 'an empty text' : `a ${typeof node.value === 'string' ? 'text' : typeof node.value}`
}
