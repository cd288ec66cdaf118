import type { Batch } from '../../src/core/batch.ts'
import { LogEvent } from '../../src/core/event.ts'
import type { Journal, JournalContext, JournalLimits } from '../../src/journal/journal.ts'
import { settled, VirtualClock } from './virtual_clock.ts'

export const KEY = { source: 'acme', stream: 'organization' }
export const never = new AbortController().signal
export const aborted = AbortSignal.abort(new Error('stopped'))
/** Where the virtual clock starts. */
export const START_MS = Date.UTC(2026, 0, 1)
export const DAY_MS = 24 * 3_600_000

export const LIMITS: JournalLimits = {
  sinks: [],
  backlogBytesMax: 10 * 2 ** 30,
  retentionAgeMs: 30 * DAY_MS,
  retentionBytesMax: 10 * 2 ** 30,
}

export function contextWith(clock = new VirtualClock()) {
  const gauges = new Map<string, number>()
  const said: string[] = []
  const say = (message: string) => void said.push(message)
  const logger = { debug: say, info: say, warn: say, error: say }
  const meter = { add: () => {}, observe: () => {}, set: (name: string, _: unknown, value: number) => void gauges.set(name, value) }
  return { clock, logger, meter, gauges, said } satisfies JournalContext & Record<string, unknown>
}

export function event(n: number, fields: Partial<ConstructorParameters<typeof LogEvent>[0]> = {}): LogEvent {
  const id = `e${n}`
  return new LogEvent({ ...KEY, id, timeMs: n * 1000, receivedMs: START_MS + n, text: `{"id":"${id}"}`, ...fields })
}

export const events = (from: number, to: number, fields: Parameters<typeof event>[1] = {}) =>
  Array.from({ length: to - from }, (_, index) => event(from + index, fields))

/** Everything from `from` to the head, in batches. */
export async function drain(journal: Pick<Journal, 'read'>, from?: number, options: { batchEventsMax?: number; sources?: string[] } = {}) {
  const batches: Batch[] = []
  for await (const batch of journal.read(from, { batchEventsMax: 100, endAtHead: aborted, ...options }, never)) batches.push(batch)
  return batches
}

export const idsOf = (batches: readonly Batch[]) => batches.flatMap(batch => batch.events.map(({ id }) => id))
export const collect = async <T>(iterable: AsyncIterable<T>) => await Array.fromAsync(iterable)

/** What the promise has come to without time passing: its value, `waiting`, or the message of its error. */
export async function outcome(promise: Promise<unknown>): Promise<unknown> {
  let came: unknown = 'waiting'
  promise.then(
    value => {
      came = value ?? 'done'
    },
    (error: Error) => {
      came = error.message
    },
  )
  await settled()
  return came
}

/** How the suite gets a new journal. */
export type OpenJournal = (limits: JournalLimits, context: JournalContext) => Promise<Journal>
