import type { Clock } from '../../src/core/clock.ts'
import type { Random } from '../support/random.ts'

/**
 * One life of the process. Every await of the world outside (the API, the clock, the journal, the sink)
 * passes through `step`, before and after: there it may be killed. What is killed never goes on.
 */
export class Life {
  readonly #random: Random
  readonly #killed = Promise.withResolvers<void>()
  #stepsLeft: number
  isOver = false

  /** `stepsMax`: the kill comes within that many steps; Infinity: never. */
  constructor(random: Random, stepsMax: number) {
    this.#random = random
    this.#stepsLeft = Number.isFinite(stepsMax) ? random.int(1, stepsMax) : stepsMax
  }

  get killed(): Promise<void> {
    return this.#killed.promise
  }

  async step(): Promise<void> {
    if (!this.isOver && --this.#stepsLeft <= 0) {
      this.isOver = true
      this.#killed.resolve()
    }
    if (this.isOver) await new Promise<never>(() => {})
    if (this.#random.chance(0.3)) await Promise.resolve()
  }

  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      random: () => clock.random(),
      sleep: async (ms, signal) => {
        await this.step()
        await clock.sleep(ms, signal)
        await this.step()
      },
    }
  }

  /** The same object, where every method that gives a promise may be the last one called. */
  guard<T extends object>(target: T, methods: readonly (keyof T)[]): T {
    const mortal = methods.map(name => {
      const method = (target[name] as (...args: unknown[]) => Promise<unknown>).bind(target)
      const guarded = async (...args: unknown[]) => {
        await this.step()
        const result = await method(...args)
        await this.step()
        return result
      }
      return [name, guarded] as const
    })
    return overriding(target, Object.fromEntries(mortal) as Partial<T>)
  }
}

/** The target with some members replaced; the others work on the target itself. */
export function overriding<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get(_, name) {
      if (Object.hasOwn(members, name)) return members[name as keyof T]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
