import { ConfigError } from '../core/errors.ts'
import { type JsonObject, parseJson } from '../core/json.ts'
import { isTenantScoped } from './catalogue.ts'
import { type EventMaker, makeEvent } from './event_text.ts'
import type { FaultShares } from './faults.ts'
import type { FileRecord } from './recording.ts'
import { EventStore, type NewEvent } from './store.ts'
import { type Moment, momentOf, type Timetable } from './timetable.ts'

interface Coming {
  readonly index: number
  readonly moment: Moment
  /** As they were when it happened. */
  readonly shares: FaultShares
}

export interface WorldOptions {
  readonly maker: EventMaker
  readonly table: Timetable
  readonly heldEventsMax: number
}

/** The organization's log as time passes: what has happened, what is listed already, and what comes later. */
export class World {
  readonly store = new EventStore()
  readonly #maker: EventMaker
  readonly #table: Timetable
  readonly #heldEventsMax: number
  /** Happened and not listed yet, the next one first. */
  #coming: Coming[] = []
  #next = 0

  constructor({ maker, table, heldEventsMax }: WorldOptions) {
    this.#maker = maker
    this.#table = table
    this.#heldEventsMax = heldEventsMax
  }

  /** Brings the log to that time. Called before every answer: a log nobody asks for costs nothing. */
  advance(nowMs: number, shares: FaultShares): void {
    const before = this.#coming.length
    for (let moment = this.#nextMoment(shares); moment !== undefined && moment.happenedMs <= nowMs; moment = this.#nextMoment(shares)) {
      this.#coming.push({ index: this.#next++, moment, shares })
    }
    if (this.#coming.length > before) this.#coming.sort((a, b) => a.moment.visibleAtMs - b.moment.visibleAtMs || a.index - b.index)
    let listed = 0
    for (const { index, moment, shares: then } of this.#coming) {
      if (moment.visibleAtMs > nowMs) break
      const made = makeEvent(index, moment.effectiveAtS, this.#maker, then)
      this.store.add({ ...made, tenant: isTenantScoped(made.type), effectiveAtS: moment.effectiveAtS })
      listed++
    }
    this.#coming.splice(0, listed)
  }

  #nextMoment(shares: FaultShares): Moment | undefined {
    const { historyEvents, ratePerSecond } = this.#table
    const isMade = this.#next < historyEvents || (ratePerSecond > 0 && this.store.size + this.#coming.length < this.#heldEventsMax)
    return isMade ? momentOf(this.#next, this.#table, shares) : undefined
  }

  /** Listed from now on, whatever its time. */
  add(event: string | JsonObject): void {
    const text = typeof event === 'string' ? event : JSON.stringify(event)
    this.#keep({ text, body: parseJson(text) }, undefined)
  }

  /** As recorded: a record without a time stands beside the one before it. */
  addAll(records: readonly FileRecord[]): void {
    let effectiveAtS: number | undefined
    for (const record of records) effectiveAtS = this.#keep(record, effectiveAtS)
  }

  #keep({ text, body }: FileRecord, otherwiseS: number | undefined): number {
    if (this.store.size >= this.#heldEventsMax) {
      throw new ConfigError('simulator.full', `the simulator holds ${this.#heldEventsMax} events at most (heldEventsMax)`)
    }
    const event = newEvent(text, body, otherwiseS ?? Math.floor(this.#table.startMs / 1000))
    this.store.add(event)
    return event.effectiveAtS
  }
}

function newEvent(text: string, body: unknown, otherwiseS: number): NewEvent {
  const { id, event, created_at, type = event, effective_at = created_at } = (body ?? {}) as Partial<Record<string, unknown>>
  const name = typeof type === 'string' ? type : ''
  return {
    id: typeof id === 'string' ? id : undefined,
    type: name,
    tenant: isTenantScoped(name),
    effectiveAtS: typeof effective_at === 'number' ? effective_at : otherwiseS,
    text,
  }
}
