import { readFile } from 'node:fs/promises'
import { FatalError, toError } from '../core/errors.ts'
import { isJsonObject, parseJson } from '../core/json.ts'
import type { Span } from '../core/json_text.ts'
import { memberOf, valuesIn } from './json_text.ts'

/** One record of a file, its text as it stands there. */
export interface FileRecord {
  readonly text: string
  readonly body: unknown
}

/**
 * Reads events for the simulator to serve: NDJSON, one JSON list, or recorded answers of the API (one or
 * several; `{"object": "list", "data": […]}`), in any mixture. Gives them oldest first within a second:
 * recorded answers, and a file whose last record is older than its first, stand newest first and are turned.
 * A record that stands there twice, with the same text, is kept once. A file that cannot be read or is no
 * JSON is a FatalError that names the place.
 */
export async function readRecording(path: string): Promise<readonly FileRecord[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FatalError('simulator.events_file', `${path} cannot be read: ${toError(cause).message}`, { exitCode: 66, cause })
  })
  return parseRecording(text, path)
}

export function parseRecording(text: string, name: string): readonly FileRecord[] {
  const start = text.startsWith('\uFEFF') ? 1 : 0
  const listed = [...valuesIn(text, start)].flatMap(span => elements(text, span, name))
  const newestFirst = listed.some(({ inAnswer }) => inAnswer) || timeOf(listed[0]) > timeOf(listed.at(-1))
  const unique = new Map(listed.map(({ text: own, body }) => [own, { text: own, body }]))
  const records = [...unique.values()]
  return newestFirst ? records.reverse() : records
}

interface Listed extends FileRecord {
  readonly inAnswer: boolean
}

function elements(text: string, span: Span, name: string): readonly Listed[] {
  const body = parse(text, span, name)
  if (Array.isArray(body)) return [...valuesIn(text, span.start + 1, span.end - 1)].flatMap(inner => elements(text, inner, name))
  const isAnswer = isJsonObject(body) && Array.isArray(body.data) && body.effective_at === undefined && body.created_at === undefined
  const data = isAnswer ? memberOf(text, span, 'data') : undefined
  if (data === undefined) return [{ text: text.slice(span.start, span.end), body, inAnswer: false }]
  return [...valuesIn(text, data.start + 1, data.end - 1)].map(inner => ({
    text: text.slice(inner.start, inner.end),
    body: parse(text, inner, name),
    inAnswer: true,
  }))
}

function parse(text: string, { start, end }: Span, name: string): unknown {
  try {
    return parseJson(text.slice(start, end))
  } catch (cause) {
    const line = text.slice(0, start).split('\n').length
    const message = `${name}:${line}: no JSON: ${toError(cause).message.slice(0, 200)}. It must be NDJSON, one JSON list, or answers of the API`
    throw new FatalError('simulator.events_file', message, { exitCode: 1, cause })
  }
}

function timeOf(record: Listed | undefined): number {
  const time = isJsonObject(record?.body) ? (record.body.effective_at ?? record.body.created_at) : undefined
  return typeof time === 'number' ? time : Number.NaN
}
