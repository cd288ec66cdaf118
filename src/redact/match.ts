import { decoded, type JsonNode } from '../core/json_text.ts'
import type { RedactPath, Step } from './path.ts'

/** What the paths of the rules lead to, each with its rule and its path. */
export function* namedBy<R>(
  text: string,
  root: JsonNode,
  rules: readonly R[],
  pathsOf: (rule: R) => readonly RedactPath[],
): Generator<readonly [JsonNode, R, RedactPath]> {
  for (const rule of rules) for (const path of pathsOf(rule)) for (const node of nodesAt(text, root, path)) yield [node, rule, path]
}

/** The values that a path leads to. */
export function nodesAt(text: string, root: JsonNode, path: RedactPath): ReadonlySet<JsonNode> {
  const found = new Set<JsonNode>()
  const { steps } = path
  const waiting: (readonly [JsonNode, number])[] = [[root, 0]]
  const seen = steps.includes('deep') ? new Map<JsonNode, Set<number>>() : undefined
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, index] = next
    if (seen !== undefined && !firstTime(seen, node, index)) continue
    const step = steps[index]
    if (step === undefined) {
      found.add(node)
      continue
    }
    if (step === 'deep') waiting.push([node, index + 1])
    for (const [position, child] of node.children.entries()) {
      for (const after of stepInto(text, node, child, position, step)) waiting.push([child, index + after])
    }
  }
  return found
}

/** How many steps of the path entering this child completes; empty where the path does not lead into it. */
function stepInto(text: string, node: JsonNode, child: JsonNode, position: number, step: Step): readonly (0 | 1)[] {
  if (step === 'deep') return LOOK_ON
  if (step === 'any') return DONE
  if (node.kind === 'object') return child.key !== undefined && decoded(text, child.key) === step.name ? DONE : NO
  if (/^\d+$/.test(step.name)) return String(position) === step.name ? DONE : NO
  return LOOK_ON // A list is passed through.
}

const NO = [] as const
const DONE = [1] as const
const LOOK_ON = [0] as const

function firstTime(seen: Map<JsonNode, Set<number>>, node: JsonNode, index: number): boolean {
  const indexes = seen.get(node) ?? new Set()
  if (indexes.has(index)) return false
  seen.set(node, indexes.add(index))
  return true
}
