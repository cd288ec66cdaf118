import type { z } from 'zod'
import type { ComponentContext, SinkContext, StreamKey } from '../core/context.ts'
import type { Sink } from '../core/sink.ts'
import type { Source } from '../core/source.ts'

interface ComponentExample {
  readonly title: string
  /** The settings under the component's id, without `type`. */
  readonly yaml: string
}

interface ComponentSpec<C extends z.ZodObject> {
  /** One string everywhere: YAML type, folder, error prefix, metric label, log field. */
  readonly type: string
  /** One sentence for the reference page. */
  readonly summary: string
  /** The settings besides `type`. Every setting is described; units and limits are part of the schema. */
  readonly config: C
  readonly examples: readonly ComponentExample[]
}

export interface SourceSpec<C extends z.ZodObject = z.ZodObject> extends ComponentSpec<C> {
  readonly kind: 'source'
  /** The names of all the streams it may have, whatever is set. */
  readonly streams: readonly string[]
  /** Called for each configured source, by `check` too: reads nothing yet, and holds what it opens until it is disposed of. */
  create(config: z.output<C>, context: ComponentContext): Promise<Source>
}

/** How events are gathered for one write. */
interface BatchOptions {
  readonly eventsMax: number
  /** Bytes of the mapped events' JSON, uncompressed. One larger event still travels, alone. */
  readonly bytesMax: number
  /** How long a batch that is not full waits for more. */
  readonly timeoutMs: number
  /**
   * `received`: a batch holds events that were received within one stretch of `timeoutMs`, counted from 1970, and
   * goes out when that is over or when it is full. Reading the journal again then gives the same batches.
   */
  readonly alignedTo?: 'received'
}

/** What is wrong between settings that are each right, in the operator's words. */
export interface Mistake {
  readonly path: readonly string[]
  readonly message: string
}

/** A sink among others: what it is set to, and whose events it is sent. */
export interface SinkClaim<T> {
  readonly id: string
  readonly config: T
  readonly streams: readonly StreamKey[]
}

export interface SinkSpec<C extends z.ZodObject = z.ZodObject> extends ComponentSpec<C> {
  readonly kind: 'sink'
  /** What is sent when the user does not say. */
  readonly format: string
  readonly batch: BatchOptions
  /** The most the destination takes in one write, whatever the user sets. */
  readonly batchLimits?: Partial<Pick<BatchOptions, 'eventsMax' | 'bytesMax'>>
  /**
   * What it makes its bodies of: `json`, the default, so that a batch holds the events' text alone; or `document`, which is
   * then kept as the mapper made it.
   */
  readonly reads?: 'json' | 'document'
  /** How many writes may be under way at once. */
  readonly concurrency: number
  /** What is wrong between its own settings, or with those that every sink has; undefined when nothing is. */
  mistake?(config: z.output<C>, common: { readonly format: string }): Mistake | undefined
  /** Why two sinks of this type would do each other harm, told of `own`; undefined when they would not. */
  clash?(own: SinkClaim<z.output<C>>, other: SinkClaim<z.output<C>>): Mistake | undefined
  /** Called for each configured sink, by `check` too: sends nothing yet, and holds what it opens until it is disposed of. */
  create(config: z.output<C>, context: SinkContext): Promise<Sink>
}

/** Types a source's declaration by its own schema. */
export function defineSource<C extends z.ZodObject>(spec: Omit<SourceSpec<C>, 'kind'>): SourceSpec<C> {
  return { kind: 'source', ...spec }
}

/** Types a sink's declaration by its own schema. */
export function defineSink<C extends z.ZodObject>(spec: Omit<SinkSpec<C>, 'kind'>): SinkSpec<C> {
  return { kind: 'sink', ...spec }
}
