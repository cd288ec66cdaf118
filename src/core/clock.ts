/** Time and chance, injected so that a test can stage both. */
export interface Clock {
  /** Ms since 1970. */
  now(): number
  /** Ms since some fixed moment, for durations: unlike the time of day, nobody can set it. */
  elapsed(): number
  /** Resolves after `ms`, however long, or at once when that is not above 0; rejects with the abort's reason on `signal`. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** From 0 to 1, 1 excluded. */
  random(): number
}
