import { gunzipStreams, TooLargeError } from '../body/zlib_streams.ts'
import { detailOf } from './errors.ts'
import type { Redaction } from './redact.ts'

const NO_BYTES = Buffer.alloc(0)
/** Names of codings know no case, and `x-gzip` is another name (RFC 9110, 8.4.1). */
const GZIP = /^(x-)?gzip$/i
const unpacking = gunzipStreams()

export interface HttpAnswer {
  readonly status: number
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The body. Of an answer outside of 2xx it is cut to a bound, and secrets of the request that it repeats are taken out. */
  readonly text: string
  /** The body of a success as it came, for what is no text; empty otherwise. */
  readonly bytes: Buffer
  /** The body as a message may show it: on one line, cut short, without the request's secrets (invariant 6). */
  readonly detail: string
  /** A part of the body, in the same way. */
  shown(part: string): string
}

/** What was read of an answer. */
export interface ReadAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly pieces: readonly Buffer[]
  /** Whether that is all of the body. */
  readonly isWhole: boolean
}

/**
 * The answer, unpacked. A success has to be whole: `too large` when it is not, and a rejection when it can't be unpacked. Of
 * any other answer the status counts, so a body that can't be unpacked counts as empty.
 */
export async function toAnswer(
  { status, headers, pieces, isWhole }: ReadAnswer,
  bytesMax: number,
  redact: Redaction,
): Promise<HttpAnswer | 'too large'> {
  const isSuccess = status >= 200 && status < 300
  if (isSuccess && !isWhole) return 'too large'
  const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  const answerWith = (body: Buffer) => new Answer({ status, headers: flat(headers), isSuccess, body, redact })
  if (!GZIP.test(String(headers['content-encoding'])) || bytes.length === 0) return answerWith(bytes)
  try {
    return answerWith(await unpacking.process(bytes, bytesMax))
  } catch (error) {
    if (!isSuccess) return answerWith(NO_BYTES)
    if (error instanceof TooLargeError) return 'too large'
    throw error
  }
}

interface AnswerFields extends Pick<HttpAnswer, 'status' | 'headers'> {
  readonly isSuccess: boolean
  readonly body: Buffer
  readonly redact: Redaction
}

/** A class, because V8 keeps what a getter of an object literal holds, here a whole page, until it collects its old generation. */
class Answer implements HttpAnswer {
  readonly status: number
  readonly headers: HttpAnswer['headers']
  readonly #isSuccess: boolean
  readonly #body: Buffer
  readonly #redact: Redaction
  #decoded: string | undefined

  constructor({ status, headers, isSuccess, body, redact }: AnswerFields) {
    this.status = status
    this.headers = headers
    this.#isSuccess = isSuccess
    this.#body = body
    this.#redact = redact
  }

  get text(): string {
    return this.#isSuccess ? this.#text() : this.#redact(this.#text())
  }

  get bytes(): Buffer {
    return this.#isSuccess ? this.#body : NO_BYTES
  }

  get detail(): string {
    return this.shown(this.#text())
  }

  shown(part: string): string {
    return detailOf(this.#redact(part))
  }

  #text(): string {
    this.#decoded ??= this.#body.toString('utf8')
    return this.#decoded
  }
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]))
}
