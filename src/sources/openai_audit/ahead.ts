const BYTES_MAX = 16 * 1024 * 1024
/** Enough where whoever takes the windows is slower than the API. */
const BYTES_MIN = 2 * 1024 * 1024

/**
 * Text of windows that are fetched, or are being fetched and expected to hold it, and wait for earlier ones (invariant 5).
 * Where all are ready in time it is no more than twice what is taken while one of them is fetched: more would only grow old.
 */
export class Ahead {
  #bytes = 0
  #bytesMax = BYTES_MAX
  #takenBytes = 0
  #takenMeanwhileBytes = 0

  /** Of one of so many windows: together they take half of the room, and leave the other to those that wait for a slow one. */
  static windowBytes(concurrency: number): number {
    return BYTES_MAX / 2 / concurrency
  }

  hasRoomFor(expectedBytes: number): boolean {
    return this.#bytes + expectedBytes <= this.#bytesMax
  }

  /** A fetch starts; the function is to be called with what came of it. */
  begin(): (bytes: number) => void {
    const takenBytes = this.#takenBytes
    return bytes => {
      this.#bytes += bytes
      this.#takenMeanwhileBytes = this.#takenBytes - takenBytes
    }
  }

  take(bytes: number): void {
    this.#bytes -= bytes
    this.#takenBytes += bytes
  }

  /** Who has to wait for a window wants more fetched ahead of it; who finds much ready would only have it held in memory. */
  adapt(isWaitedFor: boolean, readyBytes: number): void {
    if (isWaitedFor) this.#bytesMax = Math.min(BYTES_MAX, 2 * this.#bytesMax)
    else if (readyBytes > this.#bytesMax / 2)
      this.#bytesMax = Math.max(BYTES_MIN, this.#bytesMax / 2, Math.min(BYTES_MAX, 2 * this.#takenMeanwhileBytes))
  }
}
