import { EMPTY_SCALAR, kindOf, type SettingNode } from './node.ts'
import { formatPlace, type Problem } from './problem.ts'

/**
 * One tree of several files. They are merged by top-level key, and below it by id or setting: what stands in
 * two files is a mistake, because no order of files would tell which of them is meant. Lists are joined.
 */
export function mergeTrees(trees: readonly SettingNode[], problems: Problem[]): SettingNode {
  const merged = new Map<string, SettingNode>()
  for (const tree of trees) {
    if (tree.kind !== 'map') {
      if (!tree.broken) {
        const message = `expected a map with sources and sinks, got ${kindOf(tree)}`
        problems.push({ place: tree.place, path: [], message })
      }
      continue
    }
    for (const [key, node] of tree.entries) {
      const first = merged.get(key)
      merged.set(key, first === undefined ? node : mergeSections(key, first, node, problems))
    }
  }
  const place = trees[0]?.place ?? { file: '', line: 0, column: 0 }
  return { ...EMPTY_SCALAR, kind: 'map', place, keyPlace: undefined, entries: merged, broken: trees.some(({ broken }) => broken) }
}

function mergeSections(key: string, first: SettingNode, second: SettingNode, problems: Problem[]): SettingNode {
  if (second.kind === 'scalar' && second.value === null) return first // `sinks:` with nothing under it adds nothing.
  if (first.kind === 'scalar' && first.value === null) return second
  if (first.kind === 'list' && second.kind === 'list') {
    const entries = [...first.entries.values(), ...second.entries.values()].map((entry, index) => [String(index), entry] as const)
    return { ...first, entries: new Map(entries), broken: first.broken || second.broken }
  }
  if (first.kind !== 'map' || second.kind !== 'map') {
    const firstPlace = formatPlace(first.keyPlace ?? first.place)
    problems.push({ place: second.keyPlace ?? second.place, path: [key], message: `stands in two files; first at ${firstPlace}` })
    return first
  }
  const entries = new Map(first.entries)
  for (const [id, node] of second.entries) {
    const before = entries.get(id)
    if (before === undefined) {
      entries.set(id, node)
      continue
    }
    const beforePlace = formatPlace(before.keyPlace ?? before.place)
    problems.push({ place: node.keyPlace ?? node.place, path: [key, id], message: `stands in two files; first at ${beforePlace}` })
  }
  return { ...first, entries, broken: first.broken || second.broken }
}
