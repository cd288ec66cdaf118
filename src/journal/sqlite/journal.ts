import type { Batch, Position } from '../../core/batch.ts'
import { Bell } from '../bell.ts'
import { closedJournal, Gate } from '../gate.ts'
import type { DeadLetter, Journal, JournalContext, JournalLimits, StreamKey } from '../journal.ts'
import { eventCount } from '../position.ts'
import { Progress } from '../progress.ts'
import { Ring } from '../ring.ts'
import { bytesBefore, type Extent, Shelf } from '../shelf.ts'
import { Checkpoints } from './checkpoint.ts'
import { type EncodedRow, RowEncoder } from './codec.ts'
import { journalFault } from './faults.ts'
import { OpenFiles } from './open_files.ts'
import { Patience } from './patience.ts'
import { SqliteReader } from './reader.ts'
import { Retention } from './retention.ts'
import { type End, Rows } from './rows.ts'
import { Saves } from './saves.ts'
import type { Store } from './store.ts'
import { insertDeadLetters, insertRow, insertWindows, saveStream } from './writes.ts'

/** Between two looks at the size on disk. */
const SIZE_MS = 1000
/** How many extents are kept after the ring has dropped them: a sink's position is saved a little after its reader has passed it. */
const PASSED_SEGMENTS_MAX = 16
/** For a change that nothing in memory follows from. */
const NOTHING_MORE = () => {}

/** The journal of the one process that holds the lock. */
export class SqliteJournal extends SqliteReader implements Journal {
  readonly #context: JournalContext
  readonly #lock: Disposable
  readonly #closed = new AbortController()
  readonly #appended = new Bell()
  readonly #gate = new Gate(() => this.#progress.overBudget(this.#oldestBytes(), this.#end.bytes))
  readonly #encoder = new RowEncoder()
  readonly #ring: Ring
  /** The extents that the ring dropped last: where a sink stands within one is known without reading the file. */
  readonly #passed = new Shelf<Extent>()
  readonly #saves: Saves
  readonly #progress: Progress
  readonly #retention: Retention
  readonly #checkpoints: Checkpoints
  readonly #patience: Patience
  readonly #files: OpenFiles
  #end: End
  #saving: NodeJS.Immediate | undefined
  #sizedAtMs = Number.NEGATIVE_INFINITY

  constructor(store: Store, lock: Disposable, limits: JournalLimits, context: JournalContext) {
    const rows = new Rows(store)
    const ring = new Ring(segment => this.#pass(segment))
    super(store, rows, {
      head: () => this.#end.events,
      segmentAt: position => (position >= this.#end.events ? undefined : (ring.at(position) ?? rows.segmentAt(position))),
      beyond: async (position, signal) => {
        while (this.#end.events <= position) await this.#appended.wait(signal)
      },
      readerMoved: (reader, place) => ring.readerMoved(reader, place),
    })
    this.#context = context
    this.#lock = lock
    this.#ring = ring
    this.#end = rows.end()
    this.#saves = new Saves(store)
    this.#progress = new Progress(limits)
    for (const [sink, position] of this.#saves.durable) this.#place(sink, position)
    this.#retention = new Retention(store, rows, limits, context.clock)
    this.#checkpoints = new Checkpoints(store, context.logger)
    this.#patience = new Patience(store.path, context, this.#closed.signal)
    this.#files = new OpenFiles(store.path)
    // Saved with the first transaction: a sink that leaves the configuration and comes back is then told what was removed meanwhile.
    const oldest = this.#retention.oldest?.first ?? this.#end.events
    for (const sink of limits.sinks) if (!this.#saves.durable.has(sink)) this.#saves.add(sink, oldest).catch(NOTHING_MORE)
    this.#measure()
  }

  get paused(): string | undefined {
    return this.#patience.waits ?? this.#gate.paused
  }

  get fault(): string | undefined {
    return this.#patience.fault
  }

  async append(key: StreamKey, batch: Batch, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const rows = this.#encoder.encode(batch.events)
    await this.#gate.pass(signal)
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0)
    using _room = await this.#ring.letReadersIn(bytes, this.#context.clock, signal)
    await this.#durably(() => this.#insert(key, batch, rows), signal)
    this.#appended.ring()
  }

  async saveStreamPosition(key: StreamKey, position: Position | undefined): Promise<void> {
    await this.#durably(() => {
      saveStream(this.store, key, { position, events: this.#end.events })
      return NOTHING_MORE
    })
  }

  async saveSinkPosition(sink: string, position: Position): Promise<void> {
    this.#closed.signal.throwIfAborted()
    const saved = this.#saves.add(sink, eventCount(position, this.#end.events))
    if (this.#saves.isPending) {
      this.#saving ??= setImmediate(() => {
        this.#saving = undefined
        if (this.#saves.isPending) this.#durably(() => NOTHING_MORE).catch((error: Error) => this.#saves.fail(error))
      })
    }
    await saved
  }

  async resetSinkPosition(sink: string, position: Position | undefined): Promise<void> {
    const count = position === undefined ? undefined : eventCount(position, this.#end.events)
    await this.#durably(() => {
      const settled = this.#saves.reset(sink, count)
      return () => {
        settled()
        this.#place(sink, count)
      }
    })
  }

  async addDeadLetters(letters: readonly Omit<DeadLetter, 'id'>[]): Promise<void> {
    await this.#durably(() => {
      insertDeadLetters(this.store, letters)
      return NOTHING_MORE
    })
  }

  async dropDeadLetters(ids: readonly string[]): Promise<number> {
    let dropped = 0
    await this.#durably(() => {
      dropped = ids.reduce((sum, id) => sum + this.store.run('DELETE FROM dead_letters WHERE n = ?', Number(id)), 0)
      return NOTHING_MORE
    })
    return dropped
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed.signal.aborted) return
    clearImmediate(this.#saving)
    try {
      if (this.#saves.isPending) this.#commit(() => NOTHING_MORE)
    } catch (error) {
      this.#saves.fail(journalFault(this.store.path, error)) // Whoever saved hears of it: the position was not durable.
    }
    const closed = closedJournal()
    this.#closed.abort(closed)
    this.#appended.close(closed)
    this.#gate.close(closed)
    this.#checkpoints[Symbol.dispose]()
    await super[Symbol.asyncDispose]()
    this.#lock[Symbol.dispose]()
  }

  /** Within a transaction; gives what is to be done once that is committed. */
  #insert(key: StreamKey, batch: Batch, rows: readonly EncodedRow[]): () => void {
    const { store } = this
    const events = this.#end.events + batch.events.length
    const stream = saveStream(store, key, batch.position === undefined ? { events } : { position: batch.position, events })
    let end = this.#end
    const segments = rows.map(row => {
      const receivedMs = Math.max(end.receivedMs, row.receivedMs)
      insertRow(store, row, { stream, first: end.events, bytesBefore: end.bytes, receivedMs })
      const segment = {
        ...key,
        first: end.events,
        count: row.events.length,
        bytesBefore: end.bytes,
        bytes: row.bytes,
        lengths: row.lengths,
        receivedMs,
        events: () => row.events,
      }
      end = { events: end.events + row.events.length, bytes: end.bytes + row.bytes, receivedMs }
      return segment
    })
    if (batch.sealed !== undefined && batch.sealed.length > 0) {
      insertWindows(store, stream, batch.sealed)
      this.#retention.forgetWindows()
    }
    const nowMs = this.#context.clock.now()
    const about = { component: key.source, ...key, eventId: '', atMs: nowMs, timeMs: nowMs, receivedMs: nowMs }
    insertDeadLetters(
      store,
      (batch.unreadable ?? []).map(piece => ({ ...about, ...piece })),
    )
    return () => {
      this.#end = end
      for (const segment of segments) this.#ring.push(segment)
    }
  }

  /** Commits what `write` writes, and with it what sinks have saved; waits while the disk is full. `write` may be called again. */
  async #durably(write: () => () => void, signal?: AbortSignal): Promise<void> {
    await this.#patience.until(() => this.#commit(write), signal)
  }

  /** One transaction, and then what it means to this process. */
  #commit(write: () => () => void): void {
    this.#files.refuseMoved()
    const committed = this.store.transaction(() => {
      const saved = this.#saves.write()
      const settled = write()
      const removed = this.#retention.step(this.#progress.floor(this.#end.events), this.#end)
      return { saved, settled, removed }
    })
    const saved = committed.saved()
    committed.settled()
    // Unless the operator's reset in the same transaction, which came later, has set another.
    for (const [sink, position] of saved) if (this.#saves.durable.get(sink) === position) this.#place(sink, position)
    if (committed.removed || this.#retention.oldest === undefined) {
      this.#retention.refresh()
      this.#ring.dropBefore(this.#retention.oldest?.first ?? this.#end.events)
    }
    this.#gate.look()
    this.#checkpoints.plan()
    this.#measure()
  }

  #oldestBytes(): number {
    return this.#retention.oldest?.bytesBefore ?? this.#end.bytes
  }

  #place(sink: string, position: number | undefined): void {
    this.#progress.set(sink, position === undefined ? undefined : { position, bytes: this.#bytesBefore(position) })
  }

  #bytesBefore(position: number): number {
    if (position === this.#end.events) return this.#end.bytes
    const held = this.#ring.at(position) ?? this.#passed.at(position)
    return held === undefined ? this.rows.bytesBefore(position) : bytesBefore(held, position)
  }

  #pass({ first, count, bytesBefore: before, bytes, lengths }: Extent): void {
    this.#passed.push({ first, count, bytesBefore: before, bytes, lengths }) // Without its events.
    if (this.#passed.length > PASSED_SEGMENTS_MAX) this.#passed.dropOldest()
  }

  #measure(): void {
    const { clock, meter } = this.#context
    meter.set('tailrace_journal_backlog_bytes', {}, this.#progress.slowest(this.#oldestBytes(), this.#end.bytes)?.bytes ?? 0)
    if (clock.elapsed() - this.#sizedAtMs < SIZE_MS) return
    this.#sizedAtMs = clock.elapsed()
    meter.set('tailrace_journal_bytes', {}, this.store.diskBytes)
  }
}
