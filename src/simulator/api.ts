import { type Answer, type Delivery, errorAnswer, htmlAnswer, listAnswer } from './answer.ts'
import * as errors from './api_error.ts'
import { encodeListings } from './body.ts'
import { type Choice, Chooser } from './choice.ts'
import type { FaultName, FaultShares } from './faults.ts'
import type { Held } from './held.ts'
import { layPage } from './laying.ts'
import type { Settings } from './options.ts'
import { LOGS_PATH, logTextOf, parseLogsQuery } from './organization_log.ts'
import { parseQuery, type Query } from './query.ts'
import type { World } from './world.ts'

const LIST_PATH = '/v1/organization/audit_logs'

export interface ApiRequest {
  readonly method: string
  readonly path: string
  /** What follows the question mark. */
  readonly search: string
  readonly authorization: string | undefined
  readonly acceptEncoding: string | undefined
}

/** The audit-log API, and the older log of the same events, as a function of a request; what it does to a socket is `delivery.ts`. */
export class AuditLogApi {
  faults: FaultShares
  key: string | undefined
  scopeMissing: boolean
  latencyMs: number
  readonly #settings: Settings
  readonly #world: World
  readonly #chooser: Chooser

  constructor(settings: Settings, world: World) {
    this.#settings = settings
    this.#world = world
    this.#chooser = new Chooser(settings)
    this.faults = settings.faults
    this.key = settings.key
    this.scopeMissing = settings.scopeMissing
    this.latencyMs = settings.latencyMs
  }

  answer(request: ApiRequest): Answer {
    const refusal = this.#refusal(request)
    if (refusal !== undefined) return errorAnswer(refusal)
    const nowMs = this.#settings.clock.now()
    this.#world.advance(nowMs, this.faults)
    const choice = this.#chooser.choose(request.search, this.faults, nowMs)
    const failed = this.#failedAnswer(choice, request.search, nowMs)
    return { ...(failed ?? this.#goodAnswer(request, choice)), delayMs: this.#delayMs(choice) }
  }

  #refusal({ method, path, authorization }: ApiRequest): errors.ApiError | undefined {
    if (path !== LIST_PATH && path !== LOGS_PATH && !path.startsWith(`${LOGS_PATH}/`)) return errors.notFound(method, path)
    if (method !== 'GET') return errors.notAllowed(method, path)
    const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1]
    if (token === undefined) return errors.MISSING_KEY
    if (this.key !== undefined && token !== this.key) return errors.WRONG_KEY
    return this.scopeMissing ? errors.MISSING_SCOPE : undefined
  }

  /** The failures that say nothing of the list. */
  #failedAnswer({ failure, random }: Choice, search: string, nowMs: number): Answer | undefined {
    const { retryAfterLongS } = this.#settings
    switch (failure) {
      case 'rate_limited':
        // Half of them as a date (RFC 9110, 10.2.3), which has no fractions: two seconds on is at least one away.
        return errorAnswer(errors.RATE_LIMITED, { 'retry-after': random.chance(0.5) ? '1' : new Date(nowMs + 2_000).toUTCString() }, [
          failure,
        ])
      case 'rate_limited_silent':
        return errorAnswer(errors.RATE_LIMITED, {}, [failure])
      case 'rate_limited_long':
        return errorAnswer(errors.RATE_LIMITED, { 'retry-after': String(retryAfterLongS) }, [failure])
      case 'server_errors': {
        // The middle of a listing is where it hurts most: a first page is spared half the time.
        if (!/(?:^|&)(?:after|before)=/.test(search) && random.chance(0.5)) return undefined
        const status = random.pick([500, 502, 503, 504])
        return status === 502 ? htmlAnswer(502, 'Bad Gateway', [failure]) : errorAnswer(errors.serverError(status), {}, [failure])
      }
      default:
        return undefined
    }
  }

  #goodAnswer(request: ApiRequest, choice: Choice): Answer {
    const { limitMax } = this.#settings
    const { store } = this.#world
    const { path, search } = request
    if (path.startsWith(`${LOGS_PATH}/`)) return this.#recordAnswer(path.slice(LOGS_PATH.length + 1), choice)
    if (path === LOGS_PATH) return this.#listAnswer(request, parseLogsQuery(search, limitMax), choice, logTextOf)
    return this.#listAnswer(request, parseQuery(search, { limitMax, isHeldType: type => store.holdsType(type) }), choice)
  }

  #recordAnswer(segment: string, choice: Choice): Answer {
    const id = unescaped(segment)
    const held = this.#world.store.get(id)
    if (held === undefined || held.tenant) return errorAnswer(errors.noRecord(id.slice(0, 100)))
    return listAnswer(Buffer.from(logTextOf(held)), {
      headers: contentType(choice),
      delivery: deliveryOf(choice),
      gzip: false,
      events: 1,
      faults: faultsOf(choice, false),
    })
  }

  #listAnswer({ acceptEncoding }: ApiRequest, query: Query | errors.ApiError, choice: Choice, write?: (held: Held) => string): Answer {
    const { seed } = this.#settings
    const { store } = this.#world
    if (errors.isApiError(query)) return errorAnswer(query)
    if (query.tenantOnly && choice.oddities.has('tenant_refused')) return errorAnswer(errors.NO_TENANT, {}, ['tenant_refused'])
    const beside = query.cursor && store.get(query.cursor.id)
    if (query.cursor !== undefined && beside === undefined) {
      return errorAnswer(
        errors.invalid(`No audit log found with id '${query.cursor.id.slice(0, 100)}'.`, query.cursor.name, 'invalid_cursor'),
      )
    }
    const listings = layPage(store, query, beside, choice)
    const body = encodeListings(listings, { seed, share: this.faults.not_objects ?? 0 }, write)
    return listAnswer(body, {
      headers: contentType(choice),
      delivery: deliveryOf(choice),
      gzip: choice.oddities.has('gzip_answers') && /\bgzip\b/.test(acceptEncoding ?? ''),
      events: listings.reduce((sum, { items }) => sum + items.length, 0),
      faults: faultsOf(choice, beside !== undefined),
    })
  }

  #delayMs({ oddities, random }: Choice): number {
    const { slowAnswerMaxMs } = this.#settings
    return this.latencyMs + (oddities.has('slow_answers') ? random.int(Math.min(200, slowAnswerMaxMs), slowAnswerMaxMs) : 0)
  }
}

function contentType({ oddities, random }: Choice): Readonly<Record<string, string>> {
  if (!oddities.has('wrong_content_type')) return { 'content-type': 'application/json' }
  return random.pick([{ 'content-type': 'text/plain; charset=utf-8' }, { 'content-type': 'text/html' }, {}])
}

function deliveryOf({ failure, oddities, random }: Choice): Delivery {
  if (failure === 'connection_resets') return random.pick(['reset', 'broken_off'])
  if (failure === 'truncated_bodies') return random.pick(['cut', 'broken_off'])
  return oddities.has('trickled_answers') ? 'trickled' : 'whole'
}

function faultsOf({ mode, failure, oddities }: Choice, hasCursor: boolean): readonly FaultName[] {
  const names: FaultName[] = [...oddities]
  if (failure !== undefined) names.push(failure)
  if (mode !== 'honest' && hasCursor) names.push(mode === 'inverted' ? 'inverted_cursor' : 'ignored_after')
  return names
}

/** A segment of a path; one that is escaped wrongly stands for itself. */
function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
