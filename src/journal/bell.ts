interface Waiter {
  readonly wake: () => void
  readonly fail: (reason: Error) => void
}

/** Wakes all who wait, at once; whoever comes later waits for the next ring. */
export class Bell {
  #waiting = new Set<Waiter>()
  #closed: Error | undefined

  ring(): void {
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const { wake } of waiting) wake()
  }

  /** Everyone who waits, and whoever comes later, fails with `reason`. */
  close(reason: Error): void {
    this.#closed = reason
    for (const { fail } of this.#waiting) fail(reason)
  }

  /** Resolves with the next ring; rejects with the reason of `signal`, and when closed. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error)
      if (this.#closed !== undefined) return reject(this.#closed)
      const abort = () => waiter.fail(signal.reason as Error)
      const waiter: Waiter = {
        wake: () => {
          signal.removeEventListener('abort', abort)
          resolve()
        },
        fail: reason => {
          signal.removeEventListener('abort', abort)
          this.#waiting.delete(waiter)
          reject(reason)
        },
      }
      this.#waiting.add(waiter)
      signal.addEventListener('abort', abort, { once: true })
    })
  }
}
