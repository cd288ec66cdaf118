import { z } from 'zod'
import { SEVERITY_NAMES } from '../../src/record/severity.ts'

const CATEGORIES = ['authentication', 'configuration', 'iam', 'session'] as const
const EVENT_TYPES = ['admin', 'change', 'creation', 'deletion', 'end', 'group', 'info', 'start', 'user', '{principal}'] as const

/** What a row of `src/record/event_types.json` may hold. */
export const rowSchema = z.strictObject({
  type: z.string().regex(/^[a-z_]+(\.[a-z_]+)+$/),
  /** `class.activity`, and a name exactly where the activity is 99. */
  ocsf: z.array(z.string().regex(/^300[1-6]\.([1-9]|1[0-3]|99 [A-Z][A-Za-z ]+)$/)).min(1),
  entity: z.string().regex(/^[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)*$/),
  entity_type_id: z.union([z.literal(2), z.literal(3), z.literal(4), z.literal(5), z.literal(7)]).optional(),
  target: z.enum(['role', 'principal', 'list', 'member', 'membership']).optional(),
  category: z.array(z.enum(CATEGORIES)).min(1),
  event_type: z.array(z.enum(EVENT_TYPES)).min(1),
  outcome: z.enum(['success', 'failure', 'unknown']),
  severity: z.enum(SEVERITY_NAMES),
  rises: z.enum(['privileged_role', 'owner_invited', 'wide_scope', 'call_logging_off', 'admits_everybody']).optional(),
  attack: z.array(z.string().regex(/^T\d{4}(\.\d{3})?$/)),
  note: z
    .string()
    .regex(/^N([1-9]|1\d|2[0-8])$/)
    .optional(),
})
