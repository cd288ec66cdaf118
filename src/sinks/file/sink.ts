import { access, constants, stat } from 'node:fs/promises'
import type { SinkContext } from '../../core/context.ts'
import { toError } from '../../core/errors.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { DELIVERED, type Sink, type WriteResult } from '../../core/sink.ts'
import { BodyBuffers } from '../../toolkit/body/body_buffers.ts'
import { linesOf } from '../../toolkit/body/line.ts'
import { raced } from '../../toolkit/raced.ts'
import { findFiles, retire } from './closed_files.ts'
import type { FileConfig } from './config.ts'
import { type Disk, systemDisk } from './disk.ts'
import { diskError } from './errors.ts'
import { LineFile } from './line_file.ts'
import { lockFiles } from './lock.ts'
import { type PathTemplate, pathTemplate, type Series } from './template.ts'
import { Tidying } from './tidying.ts'

const HOUR_MS = 3_600_000
const PERIODS_MS = { hour: HOUR_MS, day: 24 * HOUR_MS, never: Number.POSITIVE_INFINITY } as const

interface OpenFile {
  readonly file: LineFile
  readonly series: Series
  readonly period: number
}

/** Lines in files. Writes take their turn, so that lines never mix; one batch is one or more synchronized appends. */
export class FileSink implements Sink {
  readonly #config: FileConfig
  readonly #context: SinkContext
  readonly #disk: Disk
  readonly #template: PathTemplate
  readonly #periodMs: number
  readonly #buffers = new BodyBuffers()
  /** One for each series: as many as there are streams of sources. */
  readonly #open = new Map<string, OpenFile>()
  readonly #closed = new AbortController()
  #lock: Disposable | undefined
  /** Whatever touches a file that is written to, one after another. */
  #turns: Promise<unknown> = Promise.resolve()
  readonly #tidying: Tidying
  #watching: Promise<void> | undefined

  constructor(config: FileConfig, context: SinkContext, disk: Disk = systemDisk) {
    this.#config = config
    this.#context = context
    this.#disk = disk
    this.#template = pathTemplate(config.path, context.streams)
    this.#periodMs = PERIODS_MS[config.rotate_every]
    const { compress_closed: compress, files_max: filesMax, age_max: ageMsMax } = config
    this.#tidying = new Tidying(this.#template, { compress, filesMax, ageMsMax }, context)
  }

  async write(events: readonly MappedEvent[], signal: AbortSignal): Promise<WriteResult> {
    signal.throwIfAborted()
    return await raced(
      this.#inTurn(() => this.#append(events, signal)),
      signal,
    )
  }

  /** Takes no lock: a run that is going on holds it. */
  async check(signal: AbortSignal): Promise<void> {
    const { base } = this.#template
    try {
      await raced(access(base, constants.W_OK | constants.X_OK), signal)
    } catch (cause) {
      signal.throwIfAborted()
      throw diskError(base, cause)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new DOMException('The sink is closed', 'AbortError'))
    await this.#inTurn(async () => {
      for (const { file } of this.#open.values()) await file[Symbol.asyncDispose]()
      this.#open.clear()
    })
    await Promise.all([this.#watching, this.#tidying[Symbol.asyncDispose]()])
    this.#lock?.[Symbol.dispose]()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(work, work)
    this.#turns = turn.catch(() => {}) // Heard of by whoever asked for it.
    return turn
  }

  async #append(events: readonly MappedEvent[], signal: AbortSignal): Promise<WriteResult> {
    this.#closed.signal.throwIfAborted()
    await this.#begin()
    const groups = [...Map.groupBy(events, ({ event }) => this.#keyOf(this.#template.seriesOf(event))).values()]
    for (const [index, group] of groups.entries()) {
      try {
        signal.throwIfAborted()
        await this.#buffers.encode(linesOf(group), lines => this.#appendTo(this.#template.seriesOf(group[0]!.event), lines))
      } catch (error) {
        // Groups that are durable are not written again. The next write has the failing group first, and throws its error.
        if (index === 0) throw error
        return { rejected: [], deferred: groups.slice(index).flat() }
      }
    }
    return DELIVERED
  }

  async #appendTo(series: Series, lines: Buffer): Promise<void> {
    const path = this.#template.pathOf(series, this.#context.clock.now())
    try {
      const file = await this.#fileFor(series, path, lines.length)
      await file.append(lines)
    } catch (cause) {
      throw diskError(path, cause)
    }
  }

  /** The open file of the series, or a new one where the period, the size or somebody else has ended the old. */
  async #fileFor(series: Series, path: string, bytes: number): Promise<LineFile> {
    const key = this.#keyOf(series)
    const period = this.#periodNow()
    let current = this.#open.get(key)
    if (current !== undefined && !(await current.file.isUntouched())) {
      this.#context.logger.warn(`${current.file.path} was moved, removed or changed by somebody else; it is opened anew`)
      await this.#close(key, current)
      current = undefined
    }
    if (current !== undefined && (current.file.path !== path || current.period !== period)) {
      await this.#retire(key, current)
      current = undefined
    }
    current ??= await this.#openFile(key, series, path)
    if (current.file.bytes > 0 && current.file.bytes + bytes > this.#config.rotate_bytes) {
      await this.#retire(key, current)
      current = await this.#openFile(key, series, path)
    }
    return current.file
  }

  async #openFile(key: string, series: Series, path: string): Promise<OpenFile> {
    const { base } = this.#template
    const file = await LineFile.open(path, { base, disk: this.#disk, logger: this.#context.logger })
    const opened = { file, series, period: this.#periodNow() }
    this.#open.set(key, opened)
    return opened
  }

  async #close(key: string, { file }: OpenFile): Promise<void> {
    this.#open.delete(key)
    await file[Symbol.asyncDispose]()
  }

  async #retire(key: string, current: OpenFile): Promise<void> {
    await this.#close(key, current)
    await retire(current.file.path, this.#template)
    this.#tidying.begin()
  }

  /** Before the first write: the lock, and the end of what an earlier run has left open. */
  async #begin(): Promise<void> {
    const { base } = this.#template
    if (this.#lock !== undefined) return
    try {
      await stat(base)
      const lock = lockFiles(base, this.#config.path)
      try {
        await this.#retireStale()
      } catch (error) {
        lock[Symbol.dispose]()
        throw error
      }
      this.#lock = lock
    } catch (cause) {
      throw diskError(base, cause)
    }
    this.#tidying.begin()
    this.#watching = this.#watch()
  }

  /** Files of an earlier period that nobody has closed: the process was not running then, or their source is quiet. */
  async #retireStale(): Promise<void> {
    const nowMs = this.#context.clock.now()
    for (const [key, current] of this.#open) {
      const isCurrent = current.file.path === this.#template.pathOf(current.series, nowMs) && current.period === this.#periodNow()
      if (!isCurrent) await this.#retire(key, current)
    }
    const open = new Set([...this.#open.values()].map(({ file }) => file.path))
    const { base } = this.#template
    for (const { path, series, number } of await findFiles(this.#template)) {
      if (number !== undefined || open.has(path)) continue
      if (path === this.#template.pathOf(series, nowMs) && (await this.#isOfNow(path))) continue
      const file = await LineFile.open(path, { base, disk: this.#disk, logger: this.#context.logger })
      await file[Symbol.asyncDispose]()
      await retire(path, this.#template)
    }
  }

  /** Whether a file at its present place was last written in the present period; a path with its date tells by itself. */
  async #isOfNow(path: string): Promise<boolean> {
    const { period } = this.#template
    if (period === 'hour' || period === this.#config.rotate_every) return true
    return Math.floor((await stat(path)).mtimeMs / this.#periodMs) === this.#periodNow()
  }

  /** Closes the files of a day that is over although nothing comes, until the sink is closed. */
  async #watch(): Promise<void> {
    const { clock, logger } = this.#context
    const { signal } = this.#closed
    const stepMs = this.#template.period === 'hour' ? HOUR_MS : Math.min(this.#periodMs, PERIODS_MS.day)
    while (!signal.aborted) {
      await clock.sleep(stepMs - (clock.now() % stepMs), signal).catch(() => {}) // Closed; the condition below tells it.
      if (signal.aborted) return
      try {
        await this.#inTurn(() => this.#retireStale())
        this.#tidying.begin()
      } catch (error) {
        logger.warn('files of an earlier day could not be closed; it is tried again', { error: toError(error) })
      }
    }
  }

  #periodNow(): number {
    return Math.floor(this.#context.clock.now() / this.#periodMs)
  }

  #keyOf(series: Series): string {
    return JSON.stringify(series)
  }
}
