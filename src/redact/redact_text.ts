import { hash } from 'node:crypto'
import {
  decoded,
  type Edit,
  edited,
  isWithin,
  type JsonNode,
  nodesBelow,
  placesOf,
  removals,
  type Span,
  scanJson,
} from '../core/json_text.ts'
import { rowOf } from '../record/table.ts'
import { namedBy } from './match.ts'
import type { RedactPath } from './path.ts'
import { replacementOf, type Treatment } from './rule.ts'
import { NUMBER_CHARS_MIN, Secrets } from './secrets.ts'

/** Names at the top of a record that say what it is: no wildcard reaches them, and no value redacted elsewhere changes them. */
export const KEPT_FIELDS: ReadonlySet<string> = new Set(['type', 'object', 'effective_at', 'event', 'created_at'])
/** In a record of the audit log these are fields like any other. */
const ONLY_OF_ORGANIZATION_LOG = ['event', 'created_at'] as const
/** Names by which the mapping reads. They are kept even where a redacted value is spelled like one. */
const KEPT_NAMES: ReadonlySet<string> = new Set(
  [
    'id type effective_at object event created_at target api_request success project actor session api_key user service_account email name ip_address user_agent ja3 ja4',
    'ip_address_details country city region region_code latitude longitude asn data changes_requested role roles role_id',
    'principal_id principal_type group_id user_id member_id',
  ].flatMap(names => names.split(' ')),
)

interface PathRule extends Treatment {
  readonly paths: readonly RedactPath[]
}

export interface RedactedText {
  readonly text: string
  /** The redacted values, which have to go wherever else they stand. */
  readonly secrets: Secrets
}

/**
 * A record without the values at the paths, and without those same values anywhere else in it. Only pieces that
 * hold such a value change: every other byte stays (invariant 3). `secrets` are further values that have to go.
 */
export function redactText(text: string, rules: readonly PathRule[], secrets: Secrets = new Secrets()): RedactedText {
  const root = scanJson(text)
  const claims = claim(text, root, rules)
  const edits = [...removals(claims.dropped)]
  for (const [leaf, treatment] of claims.claimed) {
    const value = decoded(text, leaf)
    const replacement = replacementOf(value, treatment)
    if (leaf.kind === 'text' || value.length >= NUMBER_CHARS_MIN) secrets.add(value, replacement)
    if (!isWithin(leaf, claims.dropped)) edits.push({ start: leaf.start, end: leaf.end, text: JSON.stringify(replacement) })
  }
  const elsewhere = secrets.isEmpty ? [] : spread(text, root, secrets, claims)
  return { text: edited(text, [...edits, ...elsewhere]), secrets }
}

/** What the rules name: values that are taken out whole, and scalars that are replaced; and what stays whatever they name. */
interface Claims {
  readonly kept: ReadonlySet<JsonNode>
  readonly dropped: ReadonlySet<JsonNode>
  readonly claimed: ReadonlyMap<JsonNode, Treatment>
}

/** Where two rules name a scalar, the first decides. */
function claim(text: string, root: JsonNode, rules: readonly PathRule[]): Claims {
  const kept = keptNodesOf(text, root)
  const dropped = new Set<JsonNode>()
  const claimed = new Map<JsonNode, Treatment>()
  for (const [node, rule, path] of namedBy(text, root, rules, pathsOf)) {
    if (isKept(text, node, root, path, kept)) continue
    if (rule.action === 'drop') dropped.add(node)
    for (const leaf of nodesBelow(node)) if (isValue(text, leaf) && !claimed.has(leaf)) claimed.set(leaf, rule)
  }
  return { kept, dropped, claimed }
}

const pathsOf = ({ paths }: PathRule) => paths

const isKept = (text: string, node: JsonNode, root: JsonNode, path: RedactPath, kept: ReadonlySet<JsonNode>) =>
  kept.has(node) || (node.parent === root && node.key !== undefined && isIdByChance(text, node.key, path))

/**
 * The nodes of `KEPT_FIELDS`; where a name stands twice the last one, which is the one that is read. A record with a type or
 * a time under the audit log's names is one of the audit log.
 */
function keptNodesOf(text: string, { children }: JsonNode): ReadonlySet<JsonNode> {
  const byName = new Map<string, JsonNode>()
  for (const node of children) {
    const name = node.key === undefined ? '' : decoded(text, node.key)
    if (KEPT_FIELDS.has(name)) byName.set(name, node)
  }
  if (byName.has('type') || byName.has('effective_at')) for (const name of ONLY_OF_ORGANIZATION_LOG) byName.delete(name)
  return new Set(byName.values())
}

/** Whether a path that is not just `id` reaches the id of the record: then the id stays. */
const isIdByChance = (text: string, key: Span, path: RedactPath) =>
  decoded(text, key) === 'id' && (path.steps.length > 1 || path.steps[0] === 'any')

/** Whether a scalar says something: it is no null and no empty text. */
function isValue(text: string, { kind, start, end }: JsonNode): boolean {
  if (kind === 'text') return end - start > 2
  return kind === 'other' && text.slice(start, end) !== 'null'
}

/** Replaces the values in every other text, number and name of the record. */
function spread(text: string, root: JsonNode, secrets: Secrets, { kept, dropped, claimed }: Claims): readonly Edit[] {
  const edits: Edit[] = []
  const namesOfRoot = namesOfPayload(text, root)
  for (const node of nodesBelow(root, here => dropped.has(here))) {
    if (node.kind === 'object') edits.push(...renamed(text, node, secrets, dropped, node === root ? namesOfRoot : []))
    const isScalar = node.kind === 'text' || node.kind === 'other'
    if (!isScalar || claimed.has(node) || kept.has(node)) continue
    const found = node.kind === 'text' ? editsOf(text, node, secrets.find(decoded(text, node))) : editsOfNumber(text, node, secrets)
    // The id has to stay unique: with a part masked, two events could have the same.
    if (found.length > 0 && node.parent === root && node.key !== undefined && decoded(text, node.key) === 'id')
      edits.push({ start: node.start, end: node.end, text: `"sha256-${hash('sha256', text).slice(0, 32)}"` })
    else edits.push(...found)
  }
  return edits
}

/** Under which names the payload of this record may stand. */
function namesOfPayload(text: string, root: JsonNode): readonly string[] {
  const type = root.children.findLast(({ key, kind }) => kind === 'text' && key !== undefined && decoded(text, key) === 'type')
  return type === undefined ? [] : rowOf(decoded(text, type)).payloadKeys
}

/** Takes the values out of the names of an object. */
function renamed(
  text: string,
  { children }: JsonNode,
  secrets: Secrets,
  dropped: ReadonlySet<JsonNode>,
  keptNames: readonly string[],
): readonly Edit[] {
  const edits: Edit[] = []
  let after: Map<string, string> | undefined
  for (const child of children) {
    const name = decoded(text, child.key!)
    if (KEPT_NAMES.has(name) || keptNames.includes(name) || dropped.has(child)) continue
    const found = secrets.find(name)
    if (found.length === 0) continue
    edits.push(...editsOf(text, child.key!, found))
    after ??= new Map()
    after.set(
      name,
      edited(
        name,
        found.map(({ start, end, replacement }) => ({ start, end, text: replacement })),
      ),
    )
  }
  if (after !== undefined) edits.push(...numbered(text, children, after))
  return edits
}

/** Of names that would become alike, each but one gets a number, so that a reader still has the value of each. */
function numbered(text: string, children: readonly JsonNode[], after: ReadonlyMap<string, string>): readonly Edit[] {
  const taken = new Set(children.map(({ key }) => decoded(text, key!)).filter(name => !after.has(name)))
  const counts = new Map<string, number>()
  const numbers = new Map<string, string>()
  for (const [name, changed] of after) {
    let count = counts.get(changed) ?? 1
    const number = () => (count === 1 ? '' : ` ${count}`)
    while (taken.has(changed + number())) count++
    taken.add(changed + number())
    numbers.set(name, number())
    counts.set(changed, count + 1)
  }
  return children.flatMap(({ key }) => {
    const number = numbers.get(decoded(text, key!)) ?? ''
    return number === '' ? [] : [{ start: key!.end - 1, end: key!.end - 1, text: number }]
  })
}

function editsOfNumber(text: string, { start, end }: Span, secrets: Secrets): readonly Edit[] {
  const replacement = secrets.findNumber(text.slice(start, end))
  return replacement === undefined ? [] : [{ start, end, text: JSON.stringify(replacement) }]
}

function editsOf(text: string, span: Span, found: ReturnType<Secrets['find']>): readonly Edit[] {
  if (found.length === 0) return []
  const places = placesOf(text, span)
  return found.map(({ start, end, replacement }) => ({
    start: places[start]!,
    end: places[end]!,
    text: JSON.stringify(replacement).slice(1, -1),
  }))
}
