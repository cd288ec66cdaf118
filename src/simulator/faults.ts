import { ConfigError } from '../core/errors.ts'

/**
 * Where a fault acts.
 *
 * - `event`: in the events themselves, when they are made; switching it at run time changes those to come.
 * - `cursor`: in what a cursor means. Never two at once: when both are on they alternate with honest
 *   slices of time (`modeSliceMs`), which one by the seed.
 * - `failure`: an answer that a careful client asks for again. At most one an answer, and after three
 *   failures in a row the same question is answered, so that asking again always leads somewhere.
 * - `answer`: an answer that is odd but complete.
 */
type FaultKind = 'event' | 'cursor' | 'failure' | 'answer'

interface FaultSpec {
  readonly name: string
  readonly kind: FaultKind
  readonly summary: string
  /** How often, from 0 to 1, unless the user says: of the events or answers it can befall. */
  readonly share: number
  /** False: a client cannot list everything, or not in time, while it is on; it has to be named. */
  readonly inAll: boolean
}

/** Every switch there is. All of those `inAll` together still leave a careful client a complete list. */
export const SIMULATOR_FAULTS = [
  { name: 'late_events', kind: 'event', share: 0.03, inAll: true, summary: 'An event is listed 1 s to lateMaxS (600 s) after its time.' },
  {
    name: 'same_second_bursts',
    kind: 'event',
    share: 0.5,
    inAll: true,
    summary: 'Of every 2,000 events, 120 to 320 have the same second: more than a page.',
  },
  { name: 'unknown_types', kind: 'event', share: 0.02, inAll: true, summary: 'An event has a type that no catalogue knows.' },
  { name: 'null_actors', kind: 'event', share: 0.05, inAll: true, summary: 'An event has actor: null.' },
  {
    name: 'inverted_cursor',
    kind: 'cursor',
    share: 1,
    inAll: true,
    summary: 'after lists what is newer than the cursor, before what is older.',
  },
  {
    name: 'ignored_after',
    kind: 'cursor',
    share: 1,
    inAll: true,
    summary: 'Cursors are ignored: the first page again. Alone, more events in a second than a page cannot be listed.',
  },
  { name: 'rate_limited', kind: 'failure', share: 0.01, inAll: true, summary: '429 with Retry-After: 1, or the HTTP date of it.' },
  { name: 'rate_limited_silent', kind: 'failure', share: 0.01, inAll: true, summary: '429 without Retry-After.' },
  {
    name: 'rate_limited_long',
    kind: 'failure',
    share: 0.005,
    inAll: true,
    summary: '429 with Retry-After of retryAfterLongS (75 s); once in ten minutes at most.',
  },
  {
    name: 'server_errors',
    kind: 'failure',
    share: 0.02,
    inAll: true,
    summary: '500, 502, 503 or 504 in the middle of a listing, one of them a page of HTML.',
  },
  {
    name: 'connection_resets',
    kind: 'failure',
    share: 0.01,
    inAll: true,
    summary: 'The connection is reset before the answer or within its body.',
  },
  {
    name: 'truncated_bodies',
    kind: 'failure',
    share: 0.01,
    inAll: true,
    summary: 'The body ends early, with a Content-Length that says so or one that does not.',
  },
  {
    name: 'empty_pages',
    kind: 'failure',
    share: 0.01,
    inAll: true,
    summary: 'An empty page with has_more: true and last_id: null, wherever the list is.',
  },
  { name: 'missing_last_id', kind: 'failure', share: 0.01, inAll: true, summary: 'A page with has_more: true has no last_id.' },
  {
    name: 'duplicates',
    kind: 'answer',
    share: 0.1,
    inAll: true,
    summary: 'A page begins with the end of the page before it, or has an event twice. The size stays within the limit.',
  },
  {
    name: 'has_more_at_end',
    kind: 'answer',
    share: 0.2,
    inAll: true,
    summary: 'The last page says has_more: true; the page after it is empty and says false.',
  },
  {
    name: 'has_more_false_early',
    kind: 'answer',
    share: 0.02,
    inAll: false,
    summary: 'A page in the middle says has_more: false. Complete only for who asks on until a page is empty.',
  },
  {
    name: 'several_documents',
    kind: 'answer',
    share: 0.05,
    inAll: true,
    summary: 'The page is two or three JSON documents one after another; the last has the last_id and has_more that hold.',
  },
  {
    name: 'not_objects',
    kind: 'answer',
    share: 0.002,
    inAll: true,
    summary:
      'A number, null, a string, a boolean or a list stands before an event in data: before the same event each time, in addition to the limit.',
  },
  { name: 'slow_answers', kind: 'answer', share: 0.02, inAll: true, summary: 'The answer takes 0.2 s to slowAnswerMaxMs (2 s) longer.' },
  {
    name: 'trickled_answers',
    kind: 'answer',
    share: 0.01,
    inAll: true,
    summary: 'The body comes in eight pieces with 100 ms between them.',
  },
  {
    name: 'wrong_content_type',
    kind: 'answer',
    share: 0.05,
    inAll: true,
    summary: 'Content-Type is text/plain, text/html or absent; the body is right.',
  },
  { name: 'gzip_answers', kind: 'answer', share: 1, inAll: true, summary: 'The body is compressed when Accept-Encoding allows gzip.' },
  {
    name: 'tenant_refused',
    kind: 'answer',
    share: 1,
    inAll: false,
    summary: 'tenant_only=true is answered 400: the organization has no tenant.',
  },
] as const satisfies readonly FaultSpec[]

export type FaultName = (typeof SIMULATOR_FAULTS)[number]['name']

/** How often each fault comes, from 0 to 1; absent is never. */
export type FaultShares = Readonly<Partial<Record<FaultName, number>>>

const BY_NAME: ReadonlyMap<string, (typeof SIMULATOR_FAULTS)[number]> = new Map(SIMULATOR_FAULTS.map(fault => [fault.name, fault]))

/**
 * Reads a list as the command line takes it: `all`, `none`, or names with commas between them, each with
 * a share of its own after `=` if wished: `late_events,server_errors=0.5`, `all,slow_answers=0`. A name or share that cannot be is a ConfigError which says
 * what can.
 */
export function parseFaults(text: string): FaultShares {
  const shares: Partial<Record<FaultName, number>> = {}
  for (const item of text.split(',').map(part => part.trim())) {
    if (item === '' || item === 'none') continue
    const [name, share] = splitShare(item)
    if (name === 'all') for (const fault of SIMULATOR_FAULTS.filter(({ inAll }) => inAll)) shares[fault.name] = share ?? fault.share
    else {
      const fault = BY_NAME.get(name)
      if (fault === undefined)
        throw new ConfigError('simulator.faults', `no fault is called "${name}"; there are: all, none, ${[...BY_NAME.keys()].join(', ')}`)
      shares[fault.name] = share ?? fault.share
    }
  }
  return shares
}

function splitShare(item: string): [name: string, share: number | undefined] {
  const [name, text] = item.split('=', 2).map(part => part.trim()) as [string, string | undefined]
  if (text === undefined) return [name, undefined]
  const share = Number(text)
  if (text === '' || !(share >= 0 && share <= 1))
    throw new ConfigError('simulator.faults', `the share of ${name} is a number from 0 to 1, not "${text}"`)
  return [name, share]
}
