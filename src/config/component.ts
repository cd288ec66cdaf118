import { z } from 'zod'
import { SEVERITY_NAMES } from '../record/severity.ts'
import type { FormatSpec } from '../registry.ts'
import type { SinkSpec, SourceSpec } from '../toolkit/declaration.ts'
import { bytes, bytesText, duration, durationText } from '../toolkit/settings.ts'
import { celExpression } from './expression.ts'
import { redaction } from './redaction.ts'

/** Ids stand in positions, metrics, logs and on command lines. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
/** Of one event type. */
const TECHNIQUES_MAX = 20

/** What every source takes beside its own settings. */
const sourceSettings = {
  organization: z
    .strictObject({
      id: z.string().min(1).optional().describe('Such as org-….'),
      name: z.string().min(1).optional().describe('As people call it.'),
    })
    .optional()
    .describe('The organization this source reads, for the mapped events: the records do not tell.'),
}

/** The whole of what may stand under a source's id. */
export function sourceSchema(spec: SourceSpec) {
  return spec.config.safeExtend({ type: z.literal(spec.type).describe(spec.summary), ...sourceSettings })
}

/** The whole of what may stand under a sink's id: the settings of every sink, with the defaults and limits of this one, and its own. */
export function sinkSchema(spec: SinkSpec, formats: readonly FormatSpec[]) {
  const schema = spec.config.safeExtend({ type: z.literal(spec.type).describe(spec.summary), ...sinkSettings(spec, formats) })
  return schema.superRefine((settings, context) => {
    const { format, redact } = settings as unknown as SinkSettings
    const mistake = spec.mistake?.(settings, { format })
    if (mistake !== undefined) context.addIssue({ code: 'custom', message: mistake.message, path: [...mistake.path], input: settings })
    for (const [index, { fields }] of format === 'raw' ? redact.entries() : []) {
      const message = 'expected paths instead: the format raw has no fields of its own'
      if (fields.length > 0) context.addIssue({ code: 'custom', path: ['redact', index, 'fields'], message, input: fields })
    }
  })
}

function sinkSettings(spec: SinkSpec, formats: readonly FormatSpec[]) {
  const limits = { eventsMax: 100_000, bytesMax: 100 * 2 ** 20, ...spec.batchLimits }
  return {
    inputs: z.array(z.string()).min(1).optional().describe('Ids of the sources whose events it is sent. Default: every source.'),
    format: z
      .enum(formats.map(({ type }) => type))
      .default(spec.format)
      .describe('What the events are turned into.'),
    filter: celExpression()
      .optional()
      .describe(
        'CEL expression over `event` and `raw`; the sink is sent the events for which it is true. Default: all of them. Fields: docs/reference/filter.md',
      ),
    redact: redaction(),
    severity: z
      .record(z.string(), z.enum(SEVERITY_NAMES))
      .optional()
      .describe('Severity by event type, instead of the one of the mapping, such as `login.failed: high`.'),
    include_original: z.boolean().default(true).describe('Whether the record as it was received travels in the mapped event.'),
    attack: z
      .union([
        z.boolean(),
        z.record(
          z.string(),
          z.array(z.string().regex(/^T\d{4}(\.\d{3})?$/, 'expected the id of a technique, such as T1110.004')).max(TECHNIQUES_MAX),
        ),
      ])
      .default(false)
      .describe(
        'Whether ATT&CK techniques are written to the mapped event; by event type, which ones instead of those of the mapping, such as `login.failed: [T1110]`.',
      ),
    ocsf_version: z.enum(['1.8.0', '1.3.0']).default('1.8.0').describe('For the format ocsf.'),
    ecs: z
      .strictObject({
        namespace: z.string().min(1).max(100).default('default').describe('`data_stream.namespace`.'),
        flattened: z.boolean().default(false).describe('Dotted names at one level instead of nested objects.'),
        action_spelling: z
          .enum(['verbatim', 'elastic'])
          .default('verbatim')
          .describe('`event.action` as received (`login.failed`), or as the integration of Elastic writes it (`login-failed`).'),
      })
      .prefault({})
      .describe('For the format ecs.'),
    validate_output: z
      .enum(['off', 'sample', 'all'])
      .default('sample')
      .describe(
        'Which mapped events are compared with their published schema: the first of each type and one of 100, all, or none. What does not fit is counted and logged once per kind.',
      ),
    invalid_output: z
      .enum(['deliver', 'reject'])
      .default('deliver')
      .describe('What becomes of an event that was found not to fit: it is delivered all the same, or goes to the dead letters.'),
    batch: z
      .strictObject({
        events_max: z
          .int()
          .min(1)
          .max(limits.eventsMax)
          .default(Math.min(spec.batch.eventsMax, limits.eventsMax))
          .describe('Events of one write.'),
        bytes_max: bytes({ min: '1KiB', max: bytesText(limits.bytesMax) })
          .prefault(bytesText(Math.min(spec.batch.bytesMax, limits.bytesMax)))
          .describe('Bytes of the mapped events of one write, uncompressed. One larger event still travels, alone.'),
        timeout:
          spec.batch.alignedTo === undefined
            ? duration({ min: '0ms', max: '10m' })
                .prefault(durationText(spec.batch.timeoutMs))
                .describe('How long a batch that is not full waits for more.')
            : duration({ min: '1s', max: '24h' })
                .prefault(durationText(spec.batch.timeoutMs))
                .describe(
                  'Events received within the same stretch of this length, counted from 1970 in UTC, make a batch, which goes out when the stretch is over or the batch is full. A stop leaves a stretch that is not over to the next run; a run with an end (`--once`, `--to`) sends it.',
                ),
      })
      .prefault({})
      .describe('How events are gathered for one write.'),
    concurrency: z.int().min(1).max(64).default(spec.concurrency).describe('Writes under way at once.'),
    retry: z
      .strictObject({
        initial: duration({ min: '10ms', max: '10m' })
          .prefault('500ms')
          .describe('The longest first pause; it doubles with every failure.'),
        max: duration({ min: '100ms', max: '1h' }).prefault('60s').describe('The longest pause. A longer Retry-After is honoured.'),
        blocked: duration({ min: '1s', max: '1h' })
          .prefault('60s')
          .describe('How often a destination that waits for an operator is tried.'),
      })
      .prefault({})
      .describe('Pauses between attempts. It is tried for ever.'),
  }
}

export type SinkSettings = z.output<z.ZodObject<ReturnType<typeof sinkSettings>>>
export type SourceSettings = z.output<z.ZodObject<typeof sourceSettings>>

/** The settings of the component's own declaration, without those that every component has. */
export function ownSettings(spec: SourceSpec | SinkSpec, settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(spec.config.shape).map(key => [key, settings[key]]))
}
