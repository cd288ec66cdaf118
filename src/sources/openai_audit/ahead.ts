const BYTES_MAX = 16 * 1024 * 1024
/** Enough when whoever takes the windows is slower than the API. */
const BYTES_MIN = 512 * 1024
/** A shorter wait is the event loop's own work, to which more windows ahead would only add. */
const WAIT_MS_MIN = 100
const GROWTH = 4
/** Fetches of which the shortest tells how long one takes that waits for nothing but the API. */
const RECENT_FETCHES = 16
/** The weight of all that was taken before the latest, in the pace of taking. */
const PACE_DECAY = 0.9

/**
 * How much text the windows that are fetched or being fetched may hold together (invariant 5). The limit grows while whoever
 * takes them waits for the API. When they are ready in time, it shrinks to twice what is taken during one fetch: more would
 * only grow old.
 */
export class Ahead {
  readonly #nowMs: () => number
  #bytesMax = BYTES_MIN
  /** Of the latest fetches. */
  readonly #fetchMs: number[] = []
  /** What was taken, and how long whoever took it was busy with it; the older, the less it weighs. */
  #takenBytes = 0
  #busyMs = 0
  #busySinceMs: number | undefined
  /** Since when the window at the head is waited for, or since the limit last grew for its sake. */
  #waitingSinceMs: number | undefined

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** For one of `concurrency` windows: together they take half of the room; the other half is for those that wait for a slow one. */
  static windowBytes(concurrency: number): number {
    return BYTES_MAX / 2 / concurrency
  }

  get bytesMax(): number {
    return this.#bytesMax
  }

  /** A fetch begins; the function is to be called when it has ended. */
  begin(): () => void {
    const startMs = this.#nowMs()
    return () => {
      this.#fetchMs.push(this.#nowMs() - startMs)
      if (this.#fetchMs.length > RECENT_FETCHES) this.#fetchMs.shift()
    }
  }

  /** A window of `bytes` is taken. Whoever took it is busy with it until `ask`. */
  take(bytes: number): void {
    this.#takenBytes = PACE_DECAY * this.#takenBytes + bytes
    this.#busySinceMs = this.#nowMs()
    this.#waitingSinceMs = undefined
  }

  /** The next window is asked for. */
  ask(): void {
    if (this.#busySinceMs === undefined) return
    this.#busyMs = PACE_DECAY * this.#busyMs + this.#nowMs() - this.#busySinceMs
    this.#busySinceMs = undefined
  }

  /** The window that is asked for has not come. */
  wait(): void {
    const nowMs = this.#nowMs()
    this.#waitingSinceMs ??= nowMs
    if (nowMs - this.#waitingSinceMs < WAIT_MS_MIN) return
    this.#waitingSinceMs = nowMs
    this.#bytesMax = Math.min(BYTES_MAX, GROWTH * this.#bytesMax)
  }

  /** Windows of `bytes` together can be taken now. */
  ready(bytes: number): void {
    if (bytes <= this.#bytesMax / 2 || this.#busyMs === 0) return
    const neededBytes = (2 * Math.min(...this.#fetchMs) * this.#takenBytes) / this.#busyMs
    this.#bytesMax = Math.min(this.#bytesMax, Math.max(BYTES_MIN, this.#bytesMax / 2, neededBytes))
  }
}
