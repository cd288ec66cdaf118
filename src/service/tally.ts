import type { Meter } from '../core/context.ts'
import type { MappedEvent } from '../core/mapper.ts'
import type { PackedBatch } from '../engine/pack.ts'

const COUNTERS = [
  'tailrace_sink_delivered_events_total',
  'tailrace_sink_dead_lettered_events_total',
  'tailrace_sink_filtered_events_total',
] as const

/**
 * Counts what became of a sink's events in the same turn as its position moves past them. So at every moment, and
 * also after a batch that was read again, received = filtered + delivered + dead-lettered + waiting.
 */
export class Tally {
  readonly #meter: Meter
  readonly #labels: { readonly sink: string }
  readonly #refused = new WeakSet<MappedEvent>()
  /** Batches that are durable and wait for the position that a later batch brings. */
  #uncounted: PackedBatch<MappedEvent>[] = []

  constructor(meter: Meter, sink: string) {
    this.#meter = meter
    this.#labels = { sink }
    // A counter that only appears with its first event hides it from `increase()`, and from the sum above.
    for (const name of COUNTERS) meter.add(name, this.#labels, 0)
  }

  /** Called once these events are durable as dead letters. */
  refused(events: Iterable<MappedEvent>): void {
    for (const event of events) this.#refused.add(event)
  }

  /** Called once every event of the batch is durable; `isSaved`: the sink's position has moved past it. */
  settled(batch: PackedBatch<MappedEvent>, isSaved: boolean): void {
    this.#uncounted.push(batch)
    if (!isSaved) return
    for (const { events, leftOut } of this.#uncounted) {
      let refused = 0
      for (const event of events) refused += Number(this.#refused.has(event))
      this.#add('tailrace_sink_delivered_events_total', events.length - refused)
      this.#add('tailrace_sink_dead_lettered_events_total', refused)
      this.#add('tailrace_sink_filtered_events_total', leftOut)
    }
    this.#uncounted = []
  }

  #add(name: Parameters<Meter['add']>[0], events: number): void {
    if (events > 0) this.#meter.add(name, this.#labels, events)
  }
}
