import type { Clock } from '../../core/clock.ts'

/** As long as Kafka's own clients wait before they ask again (`metadata.max.age.ms`). */
const KNOWN_MS = 5 * 60_000

interface Known {
  readonly count: Promise<number>
  readonly askedAtMs: number
}

/** How many partitions each topic has, asked once in a while: a topic may be given more. */
export class Partitions {
  readonly #ask: (topic: string) => Promise<number>
  readonly #clock: Clock
  readonly #known = new Map<string, Known>()

  constructor(ask: (topic: string) => Promise<number>, clock: Clock) {
    this.#ask = ask
    this.#clock = clock
  }

  async of(topic: string): Promise<number> {
    const now = this.#clock.elapsed()
    const before = this.#known.get(topic)
    const known = before !== undefined && now - before.askedAtMs < KNOWN_MS ? before : { count: this.#count(topic, before), askedAtMs: now }
    this.#known.set(topic, known)
    try {
      return await known.count
    } catch (error) {
      if (this.#known.get(topic) === known) this.#known.delete(topic)
      throw error
    }
  }

  /** Called after a failed sending: the topic may have been made anew with fewer. */
  forget(topic: string): void {
    this.#known.delete(topic)
  }

  /** Where the question fails, the count from before is good enough: the sending will tell what is wrong. */
  async #count(topic: string, before: Known | undefined): Promise<number> {
    const asked = this.#ask(topic)
    return await (before === undefined ? asked : asked.catch(() => before.count))
  }
}
