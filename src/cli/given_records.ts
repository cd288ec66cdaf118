import { toError } from '../core/errors.ts'
import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts'
import type { Span } from '../core/json_text.ts'
import { memberOf, valuesIn } from '../simulator/json_text.ts'

/** A record of a text that somebody gives, as it stands there. */
export interface GivenRecord {
  readonly text: string
  /** Undefined: it is no JSON object. */
  readonly body: JsonObject | undefined
  /** Where it begins, from 1. */
  readonly line: number
  /** Why it is no JSON object. */
  readonly fault: string | undefined
}

/**
 * The records of NDJSON, of JSON lists, and of answers of the API (`{"object": "list", "data": […]}`), one after another
 * in any mixture: in the order in which they stand there, repeats included, and none left out. What is no JSON is a
 * record too: its line, or all of it where the lines after it belong to it.
 */
export function* givenRecords(text: string): Generator<GivenRecord> {
  const lineAt = lineCounter(text)
  let place = text.startsWith('\uFEFF') ? 1 : 0
  while (place < text.length) {
    const [span] = valuesIn(text, place)
    if (span === undefined) return
    const value = parsed(text, span)
    if (value.fault === undefined) {
      yield* recordsOf(text, span, value.body, lineAt)
      place = span.end
    } else {
      place = brokenEnd(text, span)
      const record = text.slice(span.start, place).trimEnd()
      const { fault = value.fault } = parsed(record, { start: 0, end: record.length })
      yield { text: record, body: undefined, line: lineAt(span.start), fault }
    }
  }
}

function* recordsOf(text: string, span: Span, body: unknown, lineAt: (place: number) => number): Generator<GivenRecord> {
  const data = isAnswer(body) ? memberOf(text, span, 'data') : undefined
  const list = Array.isArray(body) ? span : data
  if (list !== undefined) {
    for (const inner of valuesIn(text, list.start + 1, list.end - 1)) yield* recordsOf(text, inner, parsed(text, inner).body, lineAt)
    return
  }
  const isRecord = isJsonObject(body)
  const fault = isRecord ? undefined : 'it is another value'
  yield { text: text.slice(span.start, span.end), body: isRecord ? body : undefined, line: lineAt(span.start), fault }
}

/** An event may hold a list named `data`, but then it says what it is. */
function isAnswer(body: unknown): boolean {
  if (!isJsonObject(body) || !Array.isArray(body.data)) return false
  return body.object === 'list' || (body.type ?? body.event ?? body.effective_at ?? body.created_at) === undefined
}

function parsed(text: string, { start, end }: Span): { readonly body: unknown; readonly fault: string | undefined } {
  try {
    return { body: parseJson(text.slice(start, end)), fault: undefined }
  } catch (cause) {
    return {
      body: undefined,
      fault: toError(cause)
        .message.replace(/ \(line \d+ column \d+\)$/, '')
        .slice(0, 200),
    }
  }
}

/** Where what is no JSON ends: with its line, if a record begins on one of the next; else where its brackets close. */
function brokenEnd(text: string, { start, end }: Span): number {
  const lineEnd = endOfLine(text, start)
  for (let place = lineEnd + 1; place < end; place = endOfLine(text, place) + 1) {
    if (beginsRecord(text.slice(place, endOfLine(text, place)))) return lineEnd
  }
  return Math.max(lineEnd, end)
}

/** Lines within a record are indented, or are no object by themselves. */
function beginsRecord(line: string): boolean {
  const trimmed = line.trim()
  return line.startsWith('{') || (trimmed.startsWith('{') && parsed(trimmed, { start: 0, end: trimmed.length }).fault === undefined)
}

function endOfLine(text: string, place: number): number {
  const end = text.indexOf('\n', place)
  return end === -1 ? text.length : end
}

/** Counts on from where it was last asked: the text is walked once. */
function lineCounter(text: string): (place: number) => number {
  let line = 1
  let counted = 0
  return place => {
    for (let next = text.indexOf('\n', counted); next !== -1 && next < place; next = text.indexOf('\n', next + 1)) {
      line++
      counted = next + 1
    }
    return line
  }
}
