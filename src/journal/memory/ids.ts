import type { LogEvent } from '../../core/event.ts'
import type { StreamKey } from '../journal.ts'

/** Ids are remembered this long after receipt, unless there are more than IDS_MAX. */
const IDS_KEPT_MS = 24 * 3_600_000
const IDS_MAX = 1_000_000

interface Entries extends StreamKey {
  readonly receivedMs: number
  readonly entries: readonly { readonly id: string; readonly timeMs: number }[]
}

const entryOf = ({ id, timeMs }: LogEvent) => ({ id, timeMs })

/** What sources need to know repeats, after the events themselves have gone. */
export class RememberedIds {
  #appends: Entries[] = []
  #count = 0

  add({ source, stream }: StreamKey, events: readonly LogEvent[], receivedMs: number): void {
    this.#appends.push({ source, stream, receivedMs, entries: events.map(entryOf) })
    this.#count += events.length
  }

  forget(nowMs: number): void {
    let gone = 0
    for (const { receivedMs, entries } of this.#appends) {
      if (receivedMs >= nowMs - IDS_KEPT_MS && this.#count <= IDS_MAX) break
      this.#count -= entries.length
      gone++
    }
    if (gone > 0) this.#appends = this.#appends.slice(gone)
  }

  *within(key: StreamKey, fromMs: number, toMs: number): Generator<string> {
    for (const { source, stream, entries } of this.#appends) {
      if (source !== key.source || stream !== key.stream) continue
      for (const { id, timeMs } of entries) if (timeMs >= fromMs && timeMs < toMs) yield id
    }
  }
}
