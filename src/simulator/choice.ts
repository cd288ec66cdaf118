import { type FaultName, type FaultShares, SIMULATOR_FAULTS } from './faults.ts'
import { hashOf, PURPOSE, Random } from './random.ts'

/** What a cursor means at the moment. */
export type CursorMode = 'honest' | 'inverted' | 'ignored'

/** What one answer suffers. */
export interface Choice {
  readonly mode: CursorMode
  /** At most one that makes the client ask again. */
  readonly failure: FaultName | undefined
  readonly oddities: ReadonlySet<FaultName>
  /** Chance for the details. */
  readonly random: Random
}

const FAILURES = SIMULATOR_FAULTS.filter(({ kind }) => kind === 'failure').map(({ name }) => name)
const ODDITIES = SIMULATOR_FAULTS.filter(({ kind, name }) => kind === 'answer' && name !== 'not_objects').map(({ name }) => name)
/** A question that failed so often in a row is answered: with every fault on, a list still comes to its end. */
const FAILURES_IN_ROW_MAX = 3
const LONG_PAUSE_EVERY_MS = 600_000
/** What is remembered of questions is dropped beyond this, so that a year of polling takes no memory. */
const QUESTIONS_MAX = 20_000

interface Question {
  asked: number
  failedInRow: number
}

export interface ChooserOptions {
  readonly seed: number
  /** How long a cursor keeps one meaning, in ms, when both cursor faults are on. */
  readonly modeSliceMs: number
}

/**
 * Chooses faults by seed, question and how often that question was asked: the order in which concurrent
 * questions arrive makes no difference.
 */
export class Chooser {
  readonly #seed: number
  readonly #modeSliceMs: number
  readonly #questions = new Map<string, Question>()
  #longPauseAtMs = -Infinity

  constructor({ seed, modeSliceMs }: ChooserOptions) {
    this.#seed = seed
    this.#modeSliceMs = modeSliceMs
  }

  choose(question: string, shares: FaultShares, nowMs: number): Choice {
    const state = this.#question(question)
    const random = new Random(this.#seed, PURPOSE.request, (hashOf(question) + Math.imul(state.asked++, 0x9e3779b9)) | 0)
    // Both are always drawn, so that one fault's share does not change what another does.
    const failing = this.#failure(random.next(), shares, nowMs)
    const failure = state.failedInRow < FAILURES_IN_ROW_MAX ? failing : undefined
    state.failedInRow = failure === undefined ? 0 : state.failedInRow + 1
    if (failure === 'rate_limited_long') this.#longPauseAtMs = nowMs
    const oddities = new Set<FaultName>(ODDITIES.filter(name => random.next() < (shares[name] ?? 0)))
    return { mode: this.#mode(shares, nowMs), failure, oddities, random }
  }

  #question(question: string): Question {
    if (this.#questions.size >= QUESTIONS_MAX) this.#questions.clear()
    const known = this.#questions.get(question)
    if (known !== undefined) return known
    const first = { asked: 0, failedInRow: 0 }
    this.#questions.set(question, first)
    return first
  }

  #failure(draw: number, shares: FaultShares, nowMs: number): FaultName | undefined {
    let bound = 0
    for (const name of FAILURES) {
      bound += shares[name] ?? 0
      if (draw >= bound) continue
      return name === 'rate_limited_long' && nowMs < this.#longPauseAtMs + LONG_PAUSE_EVERY_MS ? undefined : name
    }
    return undefined
  }

  #mode(shares: FaultShares, nowMs: number): CursorMode {
    const slice = new Random(this.#seed, PURPOSE.slice, Math.floor(nowMs / this.#modeSliceMs))
    const inverted = shares.inverted_cursor ?? 0
    const ignored = shares.ignored_after ?? 0
    // Alone a fault holds for its share of the time; together each has a quarter of it and honesty the rest.
    const draw = slice.next()
    if (inverted > 0 && ignored > 0) return draw < inverted / 4 ? 'inverted' : draw >= 1 - ignored / 4 ? 'ignored' : 'honest'
    if (draw < inverted) return 'inverted'
    return draw < ignored ? 'ignored' : 'honest'
  }
}

/** Before this event something stands in `data` that is no object: the same each time the event is listed. */
export function intruderBefore(id: string | undefined, seed: number, share: number): string | undefined {
  if (share === 0 || id === undefined) return undefined
  const random = new Random(seed, PURPOSE.element, hashOf(id))
  return random.chance(share) ? random.pick(['42', 'null', '"not an event: }],{"', 'true', '[]']) : undefined
}
