import type { Batch, Position } from '../../core/batch.ts'
import type { LogEvent } from '../../core/event.ts'
import type { EventHistory } from '../../core/source.ts'
import { Bell } from '../bell.ts'
import { closedJournal, Gate } from '../gate.ts'
import type { Backlog, DeadLetter, Journal, JournalContext, JournalLimits, LedgerRow, ReadOptions, StreamKey } from '../journal.ts'
import { backwards, eventCount } from '../position.ts'
import { Progress } from '../progress.ts'
import { type Feed, found, readBatches } from '../reading.ts'
import { Ring } from '../ring.ts'
import { bytesBefore, type HeldSegment, Shelf } from '../shelf.ts'
import { RememberedIds } from './ids.ts'
import { bytesOf, laterReceipt, plus } from './measure.ts'
import { Notes } from './notes.ts'

interface Stream extends StreamKey {
  position: Position | undefined
}

export class MemoryJournal implements Journal {
  readonly #limits: JournalLimits
  readonly #context: JournalContext
  readonly #appended = new Bell()
  readonly #gate = new Gate(() => this.#progress.overBudget(this.#oldestBytes(), this.#end.bytes))
  readonly #shelf = new Shelf<HeldSegment>()
  /** What is kept as it was parsed, for the readers at the head. */
  readonly #parsed = new Ring(segment => {
    for (const event of segment.events()) event.release()
  })
  readonly #notes = new Notes()
  readonly #ids = new RememberedIds()
  readonly #progress: Progress
  readonly #streams = new Map<string, Stream>()
  readonly #sinks = new Map<string, number>()
  #end = { events: 0, bytes: 0, receivedMs: Number.MIN_SAFE_INTEGER }
  #closed = false

  constructor(limits: JournalLimits, context: JournalContext) {
    this.#limits = limits
    this.#context = context
    this.#progress = new Progress(limits)
  }

  get paused(): string | undefined {
    return this.#gate.paused
  }

  async append(key: StreamKey, batch: Batch, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await this.#gate.pass(signal)
    const lengths = batch.events.map(bytesOf)
    const bytes = lengths.reduce(plus, 0)
    using _room = await this.#parsed.letReadersIn(bytes, this.#context.clock, signal)
    if (this.#closed) throw closedJournal()
    if (batch.events.length > 0) this.#push(key, batch.events, { lengths, bytes })
    if (batch.position !== undefined) this.#stream(key).position = batch.position
    this.#notes.addWindows(key, batch.sealed ?? [])
    const nowMs = this.#context.clock.now()
    const about = { component: key.source, ...key, eventId: '', atMs: nowMs, timeMs: nowMs, receivedMs: nowMs }
    this.#notes.addLetters((batch.unreadable ?? []).map(piece => ({ ...about, ...piece })))
    this.#forget()
    this.#appended.ring()
  }

  async streamPosition(key: StreamKey): Promise<Position | undefined> {
    return this.#streams.get(nameOf(key))?.position
  }

  async saveStreamPosition(key: StreamKey, position: Position | undefined): Promise<void> {
    this.#stream(key).position = position
  }

  history(key: StreamKey): EventHistory {
    return { ids: (fromMs, toMs) => this.#ids.within(key, fromMs, toMs), unreadable: () => this.#notes.unreadable(key) }
  }

  read(from: Position | undefined, options: ReadOptions, signal: AbortSignal): AsyncIterable<Batch<LogEvent>> {
    const feed: Feed = {
      head: () => this.#end.events,
      segmentAt: position => this.#shelf.firstWhere(segment => segment.first + segment.count > position),
      beyond: async (position, ended) => {
        while (this.#end.events <= position) await this.#appended.wait(ended)
      },
      readerMoved: (reader, place) => this.#parsed.readerMoved(reader, place),
    }
    return readBatches(feed, from, options, signal)
  }

  async head(): Promise<Position> {
    return this.#end.events
  }

  async positionAt(receivedMs: number): Promise<Position> {
    const segment = this.#shelf.firstWhere(held => held.receivedMs >= receivedMs)
    if (segment === undefined) return this.#end.events
    const index = segment.events().findIndex(event => event.receivedMs >= receivedMs)
    return segment.first + Math.max(0, index)
  }

  async sinkPosition(sink: string): Promise<Position | undefined> {
    return this.#sinks.get(sink)
  }

  async saveSinkPosition(sink: string, position: Position): Promise<void> {
    const count = eventCount(position, this.#end.events)
    const last = this.#sinks.get(sink)
    if (last !== undefined && count < last) throw backwards(sink, count, last)
    await this.resetSinkPosition(sink, count)
  }

  async resetSinkPosition(sink: string, position: Position | undefined): Promise<void> {
    const count = position === undefined ? undefined : eventCount(position, this.#end.events)
    if (count === undefined) this.#sinks.delete(sink)
    else this.#sinks.set(sink, count)
    this.#progress.set(sink, count === undefined ? undefined : { position: count, bytes: this.#bytesBefore(count) })
    this.#forget()
    this.#gate.look()
  }

  async backlog(sink: string): Promise<Backlog> {
    const saved = this.#sinks.get(sink)
    const position = Math.max(saved ?? 0, this.#shelf.oldest?.first ?? this.#end.events)
    const segment = this.#shelf.at(position)
    return {
      events: this.#end.events - position,
      bytes: this.#end.bytes - this.#bytesBefore(position),
      oldestReceivedMs: segment?.events()[position - segment.first]?.receivedMs,
      removed: position - (saved ?? position),
    }
  }

  async addDeadLetters(letters: readonly Omit<DeadLetter, 'id'>[]): Promise<void> {
    this.#notes.addLetters(letters)
  }

  async deadLetters(filter: Parameters<Journal['deadLetters']>[0]): Promise<readonly DeadLetter[]> {
    return this.#notes.letters(filter)
  }

  async deadLetter(id: string): Promise<DeadLetter | undefined> {
    return this.#notes.letters({ limit: Number.POSITIVE_INFINITY }).find(letter => letter.id === id)
  }

  async countDeadLetters() {
    return this.#notes.countLetters()
  }

  async dropDeadLetters(ids: readonly string[]): Promise<number> {
    return this.#notes.dropLetters(ids)
  }

  async sealedTo(key: StreamKey): Promise<number | undefined> {
    return this.#notes.sealedTo(key)
  }

  async ledgerRange(key: StreamKey): Promise<{ readonly fromS: number; readonly toS: number } | undefined> {
    return this.#notes.range(key)
  }

  async *ledger(key: StreamKey, range: { fromS: number; toS: number }): AsyncGenerator<LedgerRow> {
    yield* this.#notes.windows(key, range)
  }

  async *find(eventId: string): ReturnType<Journal['find']> {
    for (const segment of this.#shelf.all.toReversed()) yield* found(eventId, segment.first, segment.events())
  }

  async *range(filter: { fromMs: number; toMs: number; sources?: readonly string[] | undefined }): AsyncGenerator<LogEvent> {
    const { fromMs, toMs, sources } = filter
    const segments = this.#shelf.all.filter(({ source }) => sources?.includes(source) ?? true) // A copy: the oldest may go meanwhile.
    for (const segment of segments) {
      yield* segment.events().filter(event => event.timeMs >= fromMs && event.timeMs < toMs)
    }
  }

  async streams(): Promise<readonly StreamKey[]> {
    return [...this.#streams.values()].map(({ source, stream }) => ({ source, stream }))
  }

  async sinks(): Promise<readonly string[]> {
    return [...this.#sinks.keys()].sort()
  }

  async stats() {
    const oldest = this.#shelf.oldest
    const removed = oldest?.first ?? this.#end.events
    return { diskBytes: 0, events: this.#end.events - removed, removed, oldestReceivedMs: oldest?.events()[0]?.receivedMs }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#appended.close(closedJournal())
    this.#gate.close(closedJournal())
  }

  #push(key: StreamKey, events: readonly LogEvent[], { lengths, bytes }: Pick<HeldSegment, 'lengths' | 'bytes'>): void {
    const { source, stream } = this.#stream(key)
    const receivedMs = events.reduce(laterReceipt, this.#end.receivedMs)
    const segment = {
      source,
      stream,
      first: this.#end.events,
      count: events.length,
      bytesBefore: this.#end.bytes,
      bytes,
      lengths,
      receivedMs,
      events: () => events,
    }
    this.#shelf.push(segment)
    this.#parsed.push(segment)
    this.#end = { events: this.#end.events + events.length, bytes: this.#end.bytes + bytes, receivedMs }
    this.#ids.add(key, events, receivedMs)
  }

  #forget(): void {
    const { retentionAgeMs, retentionBytesMax } = this.#limits
    const { meter, clock } = this.#context
    const floor = this.#progress.floor(this.#end.events)
    for (let oldest = this.#shelf.oldest; oldest !== undefined && oldest.first + oldest.count <= floor; oldest = this.#shelf.oldest) {
      if (this.#shelf.bytes <= retentionBytesMax && oldest.receivedMs >= clock.now() - retentionAgeMs) break
      this.#shelf.dropOldest()
    }
    this.#ids.forget(clock.now())
    meter.set('tailrace_journal_bytes', {}, this.#shelf.bytes)
    meter.set('tailrace_journal_backlog_bytes', {}, this.#progress.slowest(this.#oldestBytes(), this.#end.bytes)?.bytes ?? 0)
  }

  #oldestBytes(): number {
    return this.#shelf.oldest?.bytesBefore ?? this.#end.bytes
  }

  #bytesBefore(position: number): number {
    const segment = this.#shelf.at(position)
    return segment === undefined ? (position < this.#end.events ? this.#oldestBytes() : this.#end.bytes) : bytesBefore(segment, position)
  }

  #stream(key: StreamKey): Stream {
    const name = nameOf(key)
    const known = this.#streams.get(name) ?? { source: key.source, stream: key.stream, position: undefined }
    this.#streams.set(name, known)
    return known
  }
}

const nameOf = ({ source, stream }: StreamKey) => JSON.stringify([source, stream])
