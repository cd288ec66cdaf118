import { isAscii } from 'node:buffer'
import { RetryableError } from '../core/errors.ts'

const QUOTE = 34
const BACKSLASH = 92
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const COMMA = 44
const COLON = 58
/** What may stand before a document. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf'

/** One JSON document of a body. */
export interface ScannedDocument {
  /** The elements of its `data` list, each exactly as it stood (invariant 3); undefined when it has no such list. */
  readonly elements: readonly string[] | undefined
  /** The document with an empty `data` list: small enough to parse. */
  readonly envelope: string
}

/** A body to be cut: what is found at a place in `text` stands at the same place in the body. */
interface Body {
  /** The body's bytes, one character each: all that structures JSON is ASCII, and no byte of another character is. */
  readonly text: string
  readonly bytes: Buffer
  readonly isAscii: boolean
}

/**
 * Cuts the documents of a body, and the elements of each one's `data`, out of it without parsing
 * them. A body may hold several documents one after another. Throws `RetryableError` where it ends
 * early or is no JSON; `component` is the prefix of its code.
 */
export function scanBody(bytes: Buffer, component: string): readonly ScannedDocument[] {
  try {
    return documentsOf({ text: bytes.toString('latin1'), bytes, isAscii: isAscii(bytes) })
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    throw new RetryableError(`${component}.malformed`, `The API's answer is no list of events: ${error.message}.`)
  }
}

/** Where the text stops being JSON. */
class MalformedError extends Error {}

function documentsOf(body: Body): readonly ScannedDocument[] {
  const { text } = body
  const documents: ScannedDocument[] = []
  for (let at = skipMark(text, 0); at < text.length; ) {
    if (text.charCodeAt(at) !== OPEN_BRACE) throw malformed(text, at)
    const { document, end } = scanDocument(body, at)
    documents.push(document)
    at = skipMark(text, skipSpace(text, end))
  }
  if (documents.length === 0) throw malformed(text, 0)
  return documents
}

function scanDocument(body: Body, start: number): { document: ScannedDocument; end: number } {
  const { text } = body
  let elements: string[] | undefined
  let dataStart = start
  let dataEnd = start
  let at = skipSpace(text, start + 1)
  while (text.charCodeAt(at) !== CLOSE_BRACE) {
    const keyEnd = endOfString(text, at)
    const key = text.slice(at, keyEnd)
    const valueStart = skipSpace(text, expect(text, skipSpace(text, keyEnd), COLON))
    let end: number
    if (key === '"data"' && text.charCodeAt(valueStart) === OPEN_BRACKET) {
      elements = []
      end = scanElements(body, valueStart, elements)
      dataStart = valueStart
      dataEnd = end
    } else {
      end = endOfValue(text, valueStart)
    }
    at = skipSpace(text, end)
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
    else if (text.charCodeAt(at) !== CLOSE_BRACE) throw malformed(text, at)
  }
  const envelope = elements === undefined ? cut(body, start, at + 1) : `${cut(body, start, dataStart)}[]${cut(body, dataEnd, at + 1)}`
  return { document: { elements, envelope }, end: at + 1 }
}

/** Fills `elements` from the list that starts at `start`; gives the index behind the list. */
function scanElements(body: Body, start: number, elements: string[]): number {
  const { text } = body
  let at = skipSpace(text, start + 1)
  if (text.charCodeAt(at) === CLOSE_BRACKET) return at + 1
  while (true) {
    const end = endOfValue(text, at)
    elements.push(cut(body, at, end))
    at = skipSpace(text, end)
    if (text.charCodeAt(at) === CLOSE_BRACKET) return at + 1
    at = skipSpace(text, expect(text, at, COMMA))
  }
}

/**
 * What the bytes from `start` to `end` say in UTF-8. Decoded by piece, a character beyond Latin-1 makes one event take
 * twice its room, not the whole answer.
 */
function cut({ text, bytes, isAscii }: Body, start: number, end: number): string {
  return isAscii ? text.slice(start, end) : bytes.toString('utf8', start, end)
}

function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === QUOTE) return endOfString(text, start)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(text, start)
  let at = start
  while (at < text.length && isScalar(text.charCodeAt(at))) at++
  if (at === start || at === text.length) throw malformed(text, at)
  return at
}

function endOfNested(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at) - 1
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++
    else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --depth === 0) return at + 1
  }
  throw malformed(text, text.length)
}

function endOfString(text: string, start: number): number {
  if (text.charCodeAt(start) !== QUOTE) throw malformed(text, start)
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === BACKSLASH) before--
    if ((end - before) % 2 === 1) return end + 1
  }
  throw malformed(text, text.length)
}

/** Everything that a number, `true`, `false` or `null` is written with. */
function isScalar(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 122) || code === 43 || code === 45 || code === 46 || code === 69
}

function skipSpace(text: string, start: number): number {
  let at = start
  for (let code = text.charCodeAt(at); code === 32 || code === 10 || code === 13 || code === 9; code = text.charCodeAt(at)) at++
  return at
}

function skipMark(text: string, at: number): number {
  return skipSpace(text, text.startsWith(BYTE_ORDER_MARK, at) ? at + BYTE_ORDER_MARK.length : at)
}

function expect(text: string, at: number, code: number): number {
  if (text.charCodeAt(at) !== code) throw malformed(text, at)
  return at + 1
}

function malformed(text: string, at: number): MalformedError {
  return new MalformedError(
    at >= text.length ? `it ends after ${text.length} bytes` : `unexpected ${JSON.stringify(text[at])} at byte ${at}`,
  )
}
