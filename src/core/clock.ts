/** Time and chance, injected so that a test can stage both. */
export interface Clock {
  /** Ms since 1970. */
  now(): number
  /** Ms since some moment. Unlike the time of day nobody can set it: it tells how long something takes, or has to wait. */
  elapsed(): number
  /** Resolves after `ms`, however long; rejects with the abort's reason on `signal`. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** From 0 to 1, 1 excluded. */
  random(): number
}
