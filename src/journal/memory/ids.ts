import type { LogEvent } from '../../core/event.ts'
import { IDS_KEPT_MS, type StreamKey } from '../journal.ts'

/** Beyond this many, those of the oldest appends are forgotten, however young they are. */
const IDS_MAX = 1_000_000

/** Of the events of one append; an object for each event would be a million of them. */
interface Entries extends StreamKey {
  readonly receivedMs: number
  readonly ids: readonly string[]
  readonly timesMs: readonly number[]
}

const idOf = ({ id }: LogEvent) => id
const timeMsOf = ({ timeMs }: LogEvent) => timeMs

/** What sources know repeats by, after the events themselves have gone. */
export class RememberedIds {
  #appends: Entries[] = []
  #count = 0

  add({ source, stream }: StreamKey, events: readonly LogEvent[], receivedMs: number): void {
    this.#appends.push({ source, stream, receivedMs, ids: events.map(idOf), timesMs: events.map(timeMsOf) })
    this.#count += events.length
  }

  forget(nowMs: number): void {
    let gone = 0
    for (const { receivedMs, ids } of this.#appends) {
      if (receivedMs >= nowMs - IDS_KEPT_MS && this.#count <= IDS_MAX) break
      this.#count -= ids.length
      gone++
    }
    if (gone > 0) this.#appends = this.#appends.slice(gone)
  }

  *within(key: StreamKey, fromMs: number, toMs: number): Generator<string> {
    for (const { source, stream, ids, timesMs } of this.#appends) {
      if (source !== key.source || stream !== key.stream) continue
      for (const [index, id] of ids.entries()) if (timesMs[index]! >= fromMs && timesMs[index]! < toMs) yield id
    }
  }
}
