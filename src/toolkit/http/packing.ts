import type { Logger } from '../../core/context.ts'
import type { HttpAnswer } from './answer.ts'

export interface PackingOptions {
  readonly compression: string
  readonly logger: Logger
  /** Whether the destination took the request. */
  readonly isTaken: (answer: HttpAnswer) => boolean
}

/**
 * A destination that can't unpack a body refuses it with 400, as if its events were at fault, and each would become a dead
 * letter (invariant 4). So a refused body is sent once more, not compressed; if that is taken, no body is compressed from then
 * on. What the answer says decides nothing, for it may quote an event.
 */
export class Packing {
  readonly #options: PackingOptions
  #isPlain: boolean

  constructor(options: PackingOptions) {
    this.#options = options
    this.#isPlain = options.compression === 'none'
  }

  /** Calls `request` once or twice. `isDoubtful`: whether an answer would make a dead letter. */
  async send(request: (isPlain: boolean) => Promise<HttpAnswer>, isDoubtful: (answer: HttpAnswer) => boolean): Promise<HttpAnswer> {
    const wasPlain = this.#isPlain
    const answer = await request(wasPlain)
    if (wasPlain || !isDoubtful(answer)) return answer
    const second = await request(true)
    if (isPassing(second)) return second // The next attempt shows why the first body was refused.
    if (!this.#options.isTaken(second)) return answer
    if (!this.#isPlain) {
      const { compression, logger } = this.#options
      logger.warn(
        `The destination refuses what is compressed with ${compression} (status ${answer.status}) and takes it as it is, so nothing is compressed until the next start: set compression: none. It said: ${answer.detail}`,
      )
    }
    this.#isPlain = true
    return second
  }
}

/** It says nothing of the request: the destination is busy or ill, or the login was refused meanwhile. */
const isPassing = ({ status }: HttpAnswer) => status >= 500 || [401, 403, 407, 408, 425, 429].includes(status)

/** Whether an answer refuses a request with one event, which would then be a dead letter, or with none. */
export const isLastRefusal = (events: readonly unknown[]) => (answer: HttpAnswer) =>
  events.length <= 1 && (answer.status === 400 || answer.status === 422)
