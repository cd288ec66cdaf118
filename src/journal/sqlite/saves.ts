import { backwards } from '../position.ts'
import type { Store } from './store.ts'

interface Save {
  position: number
  readonly durable: PromiseWithResolvers<void>
}

/**
 * Positions of sinks: those that are durable, and those that the next transaction will make so.
 *
 * Sinks save often. What several of them save in one turn of the event loop costs one transaction, and none of its own when
 * an append comes first.
 */
export class Saves {
  readonly #store: Store
  readonly #durable: Map<string, number>
  #pending = new Map<string, Save>()

  constructor(store: Store) {
    this.#store = store
    this.#durable = new Map(store.all('SELECT sink, position FROM sinks').map(({ sink, position }) => [sink as string, position as number]))
  }

  get durable(): ReadonlyMap<string, number> {
    return this.#durable
  }

  get isPending(): boolean {
    return this.#pending.size > 0
  }

  /** Resolves when a later transaction has made it durable. Refuses to go back (invariant 2). */
  add(sink: string, position: number): Promise<void> {
    const pending = this.#pending.get(sink)
    const last = pending?.position ?? this.#durable.get(sink)
    if (last !== undefined && position < last) return Promise.reject(backwards(sink, position, last))
    if (pending === undefined && position === last) return Promise.resolve()
    const save = pending ?? { position, durable: Promise.withResolvers<void>() }
    save.position = position
    this.#pending.set(sink, save)
    return save.durable.promise
  }

  /** Within a transaction: writes all that is pending. What it gives is to be called once that is committed, and gives what was written. */
  write(): () => readonly (readonly [string, number])[] {
    const written = [...this.#pending].map(([sink, { position }]) => [sink, position] as const)
    for (const [sink, position] of written) this.#put(sink, position)
    return () => {
      for (const [sink, position] of written) {
        this.#durable.set(sink, position)
        this.#pending.get(sink)?.durable.resolve()
        this.#pending.delete(sink)
      }
      return written
    }
  }

  /** Within a transaction: what the operator says, also backwards. What it gives is to be called once that is committed. */
  reset(sink: string, position: number | undefined): () => void {
    if (position === undefined) this.#store.run('DELETE FROM sinks WHERE sink = ?', sink)
    else this.#put(sink, position)
    return () => {
      if (position === undefined) this.#durable.delete(sink)
      else this.#durable.set(sink, position)
    }
  }

  /** Nothing will be written any more. */
  fail(reason: Error): void {
    for (const { durable } of this.#pending.values()) durable.reject(reason)
    this.#pending.clear()
  }

  #put(sink: string, position: number): void {
    this.#store.run('INSERT INTO sinks VALUES (?, ?) ON CONFLICT DO UPDATE SET position = excluded.position', sink, position)
  }
}
