import { isAscii } from 'node:buffer'
import { RetryableError } from '../core/errors.ts'
import { type JsonObject, parseJson } from '../core/json.ts'
import { endOfText } from '../core/json_text.ts'

const QUOTE = 34
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const COMMA = 44
const COLON = 58
/** The longest text that the end of an element is found by. */
const JOINT_CHARS_MAX = 64
/** After so many scanned elements of a list, guessing is given up: a wrong guess costs an element's time, or a search through the page. */
const LEARNED_MAX = 8
/** What may stand before a document. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf'

/** One JSON document of a body. */
export interface ScannedDocument {
  /** The elements of its `data` list; undefined when it has no such list. */
  readonly elements: readonly ScannedElement[] | undefined
  /** The document with an empty `data` list. */
  readonly envelope: JsonObject
}

interface ScannedElement {
  /** Exactly as it stood (invariant 3). */
  readonly text: string
  readonly value: unknown
}

/** A body to be cut: what is found at a place in `text` stands at the same place in the body. */
interface Body {
  /** The body's bytes, one character each: all that structures JSON is ASCII, and no byte of another character is. */
  readonly text: string
  readonly bytes: Buffer
  readonly isAscii: boolean
}

/**
 * Cuts the documents of a body, and the elements of each one's `data`, out of it, and parses them piece by piece. A body may hold
 * several documents one after another. Throws `RetryableError` where it ends early or is no JSON; `component` is the
 * prefix of its code.
 */
export function scanBody(bytes: Buffer, component: string): readonly ScannedDocument[] {
  try {
    return documentsOf({ text: bytes.toString('latin1'), bytes, isAscii: isAscii(bytes) })
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    throw new RetryableError(`${component}.malformed`, error.message, { cause: error.cause })
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
  let elements: ScannedElement[] | undefined
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
  return { document: { elements, envelope: parse(envelope) as JsonObject }, end: at + 1 }
}

/** Fills `elements` from the list that starts at `start`; gives the index after the list. */
function scanElements(body: Body, start: number, elements: ScannedElement[]): number {
  const { text } = body
  const joint = new Joint()
  let at = skipSpace(text, start + 1)
  if (text.charCodeAt(at) === CLOSE_BRACKET) return at + 1
  while (true) {
    const guessedEnd = joint.endOfElement(text, at)
    let element = guessedEnd === undefined ? undefined : parsedIfWhole(cut(body, at, guessedEnd))
    let end = guessedEnd
    if (element === undefined || end === undefined) {
      end = endOfValue(text, at)
      const piece = cut(body, at, end)
      element = { text: piece, value: parse(piece) }
      joint.learn(text, end)
    }
    elements.push(element)
    at = skipSpace(text, end)
    if (text.charCodeAt(at) === CLOSE_BRACKET) return at + 1
    at = skipSpace(text, expect(text, at, COMMA))
  }
}

/**
 * The text from the end of one element to the beginning of the next: `},{"id":"audit_log-`. Where it comes next, an element
 * probably ends. `JSON.parse` says whether it does, for an object that is cut short is no JSON.
 */
class Joint {
  /** Empty where the elements have nothing in common. */
  #text: string | undefined
  #learned = 0

  /** Undefined where there is nothing to guess by. */
  endOfElement(text: string, start: number): number | undefined {
    if (this.#text === undefined || this.#text === '' || this.#learned >= LEARNED_MAX) return undefined
    const at = text.indexOf(this.#text, start)
    return at === -1 ? undefined : at + 1
  }

  /** From an element that was scanned. */
  learn(text: string, end: number): void {
    const seen = text.charCodeAt(end - 1) === CLOSE_BRACE ? text.slice(end - 1, end - 1 + JOINT_CHARS_MAX) : ''
    this.#text = this.#text === undefined ? seen : commonStart(this.#text, seen)
    this.#learned++
  }
}

function commonStart(a: string, b: string): string {
  let length = 0
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length++
  return a.slice(0, length)
}

function parsedIfWhole(text: string): ScannedElement | undefined {
  try {
    return { text, value: parseJson(text) }
  } catch {
    return undefined // It ends elsewhere, or is no JSON, which scanning it will tell.
  }
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new MalformedError(`this is no JSON: ${text.slice(0, 200)}`, { cause })
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
  const end = endOfText(text, start)
  if (end === undefined) throw malformed(text, text.length)
  return end
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
