import type { Clock } from '../core/clock.ts'
import type { ComponentState } from '../core/context.ts'
import { BlockedError, RetryableError, toError } from '../core/errors.ts'
import { type BackoffPolicy, backoffMs, retryAfterMsOf } from '../toolkit/backoff.ts'
import { firstOf } from '../toolkit/first_of.ts'
import { detailOf } from '../toolkit/http/errors.ts'
import type { Secret } from '../toolkit/secret.ts'
import { ApiTime } from './api_time.ts'
import { CursorError } from './cursor_walk.ts'
import { type ListShape, type Page, parsePage } from './page.ts'
import type { RequestPace } from './request_pace.ts'

const RETRY: BackoffPolicy = { initialDelayMs: 500, maxDelayMs: 60_000 }
const BLOCKED_RETRY_MS = 60_000
const ANSWER_CHARACTERS_MAX = 300
/** Of every answer of the OpenAI API ("The organization associated with the request"); others may leave it out. */
const ORGANIZATION_HEADER = 'openai-organization'
const ANSWER_BYTES_SHOWN_MAX = 16_384
/** Asked again, as are 429 and 5xx. The API's own clients ask again after a 409 too: a lock was not had in time. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 409, 425])

/** An answer of the API. Whatever keeps it from coming is thrown as `RetryableError` or `BlockedError`. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Of a success its bytes; otherwise its text, as a message may show it. */
  readonly body: Buffer | string
  /** Makes a part of a success fit for a message (invariant 6). */
  readonly words?: { shown(part: string): string }
}

export type FetchPage = (query: string, signal: AbortSignal) => Promise<Answer>

/** What an operator does about an answer that blocks, in whole sentences. */
export interface Remedies {
  /** Of 401 and 403; follows on where the key comes from. */
  readonly denied: string
  /** Of 400. */
  readonly refused: string
  /** Of any other answer. */
  readonly unexpected: string
}

export interface ClientOptions {
  readonly shape: ListShape
  readonly remedies: Remedies
  readonly fetchPage: FetchPage
  readonly apiKey: Secret
  /** Where requests go, for messages. */
  readonly url: string
  readonly clock: Clock
  /** Shared by all clients of a source. */
  readonly pace: RequestPace
  /** Resolves when something changed that may end a blocked state, such as the file of the key. */
  readonly changed: (signal: AbortSignal) => Promise<void>
  readonly report: (state: ComponentState) => void
  readonly warn: (message: string) => void
  readonly onAnswer: (result: 'ok' | 'throttled' | 'failed' | 'blocked') => void
}

/** Asks the list endpoint for pages and goes on asking until one comes, however long that takes. */
export class ListClient {
  readonly #options: ClientOptions
  /** Work that failed and is not done yet. */
  readonly #troubled = new Set<object>()
  readonly #time: ApiTime
  /** Whose log this is, as the API's answers say; set to hold the next ones to it. Undefined until one says it. */
  organization: string | undefined

  constructor(options: ClientOptions) {
    this.#options = options
    this.#time = new ApiTime(options.clock, options.warn)
  }

  /** The API's time in ms since 1970, by its last answer's `Date`. */
  now(): number {
    return this.#time.now()
  }

  /** One small question, whose answer tells the API's time. */
  async askForTime(signal: AbortSignal): Promise<void> {
    await this.ask('limit=1', signal)
  }

  /** Resolves with the page; rejects only on `signal`. */
  async ask(query: string, signal: AbortSignal): Promise<Page> {
    return this.untilDone(() => this.askOnce(query, signal), signal)
  }

  /**
   * The page that a cursor leads to. Where `ask` would tell the operator that the question is refused and ask on, this rejects with
   * `CursorError`: the refusal may only mean that the cursor's event has gone.
   */
  async askByCursor(query: string, signal: AbortSignal): Promise<Page> {
    const { component } = this.#options.shape
    const unknown = [`${component}.refused`, `${component}.unexpected`]
    const once = async () => {
      try {
        return await this.askOnce(query, signal)
      } catch (error) {
        if (!(error instanceof BlockedError) || !unknown.includes(error.code)) throw error
        this.#options.onAnswer('failed')
        throw new CursorError(error.message)
      }
    }
    return this.untilDone(once, signal)
  }

  /**
   * Does the work again after each `RetryableError` or `BlockedError`, with the pause that it asks for; rejects with any other
   * failure. The stream is reported running again when none of its work is in trouble.
   */
  async untilDone<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const attempt = {}
    try {
      for (let failures = 0; ; failures++) {
        signal.throwIfAborted()
        try {
          return await work()
        } catch (cause) {
          signal.throwIfAborted()
          this.#troubled.add(attempt)
          await this.#pauseAfter(toError(cause), failures, signal)
        }
      }
    } finally {
      this.#troubled.delete(attempt)
      if (this.#troubled.size === 0 && !signal.aborted) this.#options.report({ name: 'running' })
    }
  }

  /** Waits as the failure asks, and tells the operator; rejects with what no waiting can mend. */
  async #pauseAfter(error: Error, failures: number, signal: AbortSignal): Promise<void> {
    const { clock, changed, report, onAnswer } = this.#options
    if (error instanceof BlockedError) {
      onAnswer('blocked')
      report({ name: 'blocked', error, retryAtMs: clock.now() + BLOCKED_RETRY_MS })
      return await firstOf([until => clock.sleep(BLOCKED_RETRY_MS, until), changed], signal)
    }
    if (!(error instanceof RetryableError)) throw error
    const pauseMs = Math.max(error.retryAfterMs ?? 0, backoffMs(RETRY, failures, clock.random()))
    onAnswer(error.code === `${this.#options.shape.component}.rate_limited` ? 'throttled' : 'failed')
    report({ name: 'retrying', error, retryAtMs: clock.now() + pauseMs })
    await clock.sleep(pauseMs, signal)
  }

  /** One request: its page, or the class of error that says what to do. */
  async askOnce(query: string, signal: AbortSignal): Promise<Page> {
    const { fetchPage, pace } = this.#options
    await pace.turn(signal)
    const answer = await fetchPage(query, signal)
    if (answer.status !== 200) throw this.#errorOf(answer)
    this.#time.learn(answer.headers)
    const page = this.#pageOf(answer)
    this.#checkOrganization(answer)
    this.#options.onAnswer('ok')
    return page
  }

  /** Throws for a log of another organization: its windows would count as listed in the place of those that are not. */
  #checkOrganization({ headers, words = { shown: detailOf } }: Answer): void {
    const header = headers[ORGANIZATION_HEADER]
    if (header === undefined || header === '') return
    const answered = words.shown(header)
    this.organization ??= answered
    if (this.organization === answered) return
    const { url, apiKey, shape } = this.#options
    throw new BlockedError(
      `${shape.component}.other_organization`,
      `${url} answered for the organization ${answered}, and this position belongs to ${this.organization}. ` +
        `The key comes from ${apiKey.origin}. Put back a key of ${this.organization}, and give ${answered} a source with an id of its own. ` +
        'If it is the same under a new name, stop, and `tailrace state set` the position that `tailrace state show` prints, without its "organization". ' +
        'Nothing is lost: reading goes on when the key is right.',
    )
  }

  /** The page of a success; where it is none, who answered and what stands there. */
  #pageOf({ status, body, words = { shown: detailOf } }: Answer): Page {
    const { url, shape } = this.#options
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    try {
      return parsePage(bytes, shape)
    } catch (cause) {
      if (!(cause instanceof RetryableError)) throw cause
      const start = words.shown(bytes.toString('utf8', 0, ANSWER_BYTES_SHOWN_MAX))
      const what = `${url} answered ${status} with what is no list of events (${cause.message}): ${start === '' ? 'nothing' : start}`
      const remedy = 'It is asked again, and nothing is lost; if this goes on, look at base_url, and at who answers in place of the API.'
      throw new RetryableError(cause.code, `${what}. ${remedy}`, { cause: cause.cause })
    }
  }

  #errorOf(answer: Answer): Error {
    const { status, headers, body } = answer
    const { url, apiKey, clock, remedies } = this.#options
    const { component } = this.#options.shape
    const said = messageOf(body.toString())
    const what = said === '' ? `${url} answered ${status}.` : `${url} answered ${status}: ${said}.`
    const retryAfterMs = retryAfterMsOf(headers, clock.now())
    if (status === 429) return new RetryableError(`${component}.rate_limited`, what, { retryAfterMs })
    if (PASSING_STATUSES.has(status) || status >= 500) return new RetryableError(`${component}.failed`, what, { retryAfterMs })
    if (status === 401 || status === 403) {
      return new BlockedError(
        `${component}.denied`,
        `${what} The key comes from ${apiKey.origin}. ${remedies.denied} Nothing is lost: reading goes on when the key is right.`,
      )
    }
    const again = 'Nothing is lost: it is asked again.'
    if (status === 400) return new BlockedError(`${component}.refused`, `${what} ${remedies.refused} ${again}`)
    return new BlockedError(`${component}.unexpected`, `${what} ${remedies.unexpected} ${again}`)
  }
}

/** The API's own message, or what came instead, cut to a bound and on one line. */
function messageOf(text: string): string {
  let message = text
  try {
    const parsed = JSON.parse(text) as { error?: { message?: unknown } }
    if (typeof parsed.error?.message === 'string') message = parsed.error.message
  } catch {
    // No JSON: the text itself is what there is to show.
  }
  return message
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, ANSWER_CHARACTERS_MAX)
    .trim()
    .replace(/\.$/, '')
}
