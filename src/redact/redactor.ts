import { isIP } from 'node:net'
import { LogEvent } from '../core/event.ts'
import { type JsonObject, parseJson } from '../core/json.ts'
import { decoded, type Edit, edited, isWithin, type JsonNode, nodesBelow, removals, scanJson } from '../core/json_text.ts'
import type { MappedEvent, Mapper } from '../core/mapper.ts'
import { text as textOf } from '../record/values.ts'
import { namedBy } from './match.ts'
import { redactText } from './redact_text.ts'
import { isEmail, type RedactRule, replacementOf } from './rule.ts'
import { NUMBER_CHARS_MIN, Secrets } from './secrets.ts'

/**
 * A mapper that redacts each event before it maps it, so that no field, sentence or hash is made from what has to go.
 * Throws `BlockedError` where a key can't be read.
 */
export function redactingMapper(mapper: Mapper, rules: readonly RedactRule[]): Mapper {
  const byPath = rules.filter(({ paths }) => paths.length > 0)
  const byField = rules.filter(({ fields }) => fields.length > 0)
  return event => {
    const redacted = redactEvent(event, redactText(event.text, byPath).text)
    const mapped = mapper(redacted)
    return byField.length === 0 ? mapped : redactMapped(redacted, mapped, mapper, byField)
  }
}

function redactEvent(event: LogEvent, text: string): LogEvent {
  if (text === event.text) return event
  const { source, stream, timeMs, receivedMs } = event
  const body = parseJson(text) as JsonObject
  const hasOwnId = textOf(event.body.id) === event.id
  const id = (hasOwnId ? textOf(body.id) : undefined) ?? event.id
  return new LogEvent({ source, stream, id, timeMs, receivedMs, text, body, received: event.received ?? event })
}

/** Redacts fields of the output: takes their values out of the record, maps that again, and redacts what the fields still hold. */
function redactMapped(event: LogEvent, mapped: MappedEvent, mapper: Mapper, rules: readonly RedactRule[]): MappedEvent {
  const secrets = new Secrets()
  const done = new Set<string>()
  for (const [value, rule] of valuesAt(mapped.json, rules)) {
    const replacement = replacementOf(value, rule)
    secrets.add(value, replacement)
    done.add(replacement)
  }
  const again = mapper(redactEvent(event, redactText(event.text, [], secrets).text))
  return new RedactedOutput(again.event, redactOutput(again.json, rules, done))
}

const fieldsOf = ({ fields }: RedactRule) => fields

function* valuesAt(json: string, rules: readonly RedactRule[]): Generator<readonly [string, RedactRule]> {
  for (const [node, rule] of namedBy(json, scanJson(json), rules, fieldsOf)) {
    for (const leaf of nodesBelow(node)) if (isSought(leaf)) yield [decoded(json, leaf), rule]
  }
}

/** Whether a leaf is a text that is not empty, or a number long enough to be looked for elsewhere. */
function isSought({ kind, start, end }: JsonNode): boolean {
  if (kind === 'text') return end - start > 2
  return kind === 'other' && end - start >= NUMBER_CHARS_MIN
}

/** Redacts what the record could not be rid of: constants, and what is made from other values. */
function redactOutput(json: string, rules: readonly RedactRule[], done: ReadonlySet<string>): string {
  const dropped = new Set<JsonNode>()
  const edits = new Map<JsonNode, Edit>()
  for (const [node, rule] of namedBy(json, scanJson(json), rules, fieldsOf)) {
    if (rule.action === 'drop') dropped.add(node)
    for (const leaf of nodesBelow(node)) {
      if (leaf.kind === 'object' || leaf.kind === 'list' || edits.has(leaf)) continue
      const value = decoded(json, leaf)
      const replacement = done.has(value) ? value : replacementOf(value, rule)
      if (!fits(value, replacement, leaf)) dropped.add(leaf)
      else edits.set(leaf, { start: leaf.start, end: leaf.end, text: JSON.stringify(replacement) })
    }
  }
  dropEmptied(dropped)
  const kept = [...edits].filter(([leaf]) => !isWithin(leaf, dropped)).map(([, edit]) => edit)
  return edited(json, [...kept, ...removals(dropped)])
}

/** An object or a list with nothing left in it says nothing. */
function dropEmptied(dropped: Set<JsonNode>): void {
  for (const container of new Set([...dropped].map(({ parent }) => parent))) {
    for (let node = container; node?.parent !== undefined && !dropped.has(node); node = node.parent) {
      if (!node.children.every(child => dropped.has(child))) break
      dropped.add(node)
    }
  }
}

/** Whether a replacement may stand in the field: where a schema may want a number, an IP address or an e-mail address, it has to be one. */
function fits(value: string, replacement: string, leaf: JsonNode): boolean {
  if (leaf.kind !== 'text') return false
  if (isIP(value) !== 0) return isIP(replacement) !== 0
  return !isEmail(value) || isEmail(replacement) || replacement === value
}

/** A mapped event whose text was edited; the document is parsed from it when first asked for. */
class RedactedOutput implements MappedEvent {
  readonly event: LogEvent
  readonly json: string
  #document: JsonObject | undefined

  constructor(event: LogEvent, json: string) {
    this.event = event
    this.json = json
  }

  get document(): JsonObject {
    this.#document ??= parseJson(this.json) as JsonObject
    return this.#document
  }
}
