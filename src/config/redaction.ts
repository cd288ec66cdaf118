import { z } from 'zod'
import { PathFault, parsePath, type RedactPath } from '../redact/path.ts'
import { KEPT_FIELDS } from '../redact/redact_text.ts'
import type { RedactRule } from '../redact/rule.ts'
import { secret } from '../toolkit/settings.ts'
import type { PartAtFault } from './expression.ts'

const RULES_MAX = 100
const PATHS_MAX = 100
const KEY_CHARS_MIN = 16
const PATH_WORDS = 'expected a path such as actor.session.user.email'

function path() {
  return z.string().transform((text, context): RedactPath => {
    try {
      return parsePath(text)
    } catch (fault) {
      if (!(fault instanceof PathFault)) throw fault
      const { start, end } = fault
      const params: PartAtFault = { start, end, allowed: [], general: PATH_WORDS }
      context.addIssue({ code: 'custom', message: fault.message, input: text, params: { ...params } })
      return z.NEVER
    }
  })
}

const paths = () => z.array(path()).max(PATHS_MAX).default([])

const rule = z
  .strictObject({
    paths: paths().describe(
      'Paths in the record as received, such as `actor.session.user.email`, `*.data.email`, `["api_key.created"].data`.',
    ),
    fields: paths().describe('Paths in the mapped event, such as `user.email`. What stands there goes from the record too.'),
    action: z
      .enum(['drop', 'mask', 'pseudonym'])
      .describe('drop takes the value out, mask writes `[redacted]`, pseudonym the same `<key_id>:<32 hex digits>` for the same value.'),
    key: secret().optional().describe(`For pseudonym: the key of HMAC-SHA-256, of at least ${KEY_CHARS_MIN} characters.`),
    key_id: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,32}$/, 'expected 1 to 32 letters, digits, "-" and "_"')
      .optional()
      .describe('For pseudonym: what the key is called in the output, so that a new one is told from it.'),
    keep_domain: z.boolean().default(false).describe('Leaves the domain of an e-mail address as it is.'),
    keep_prefix: z
      .strictObject({
        ipv4: z.int().min(0).max(31).default(24).describe('Bits that stay of an IPv4 address.'),
        ipv6: z.int().min(0).max(127).default(48).describe('Bits that stay of an IPv6 address.'),
      })
      .optional()
      .describe('Makes of an IP address the address of its network.'),
  })
  .superRefine((value, context) => {
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message, input: value })
    if (value.paths.length + value.fields.length === 0) refuse([], 'expected a path in paths or fields')
    if (value.action === 'pseudonym') {
      if (value.key === undefined) refuse(['key'], 'missing')
      else if (!value.key.isFile && value.key.reveal().length < KEY_CHARS_MIN)
        refuse(['key'], `expected at least ${KEY_CHARS_MIN} characters`)
      if (value.key_id === undefined) refuse(['key_id'], 'missing')
    }
    for (const [index, { steps }] of value.paths.entries()) {
      const [first] = steps
      const name = steps.length === 1 && typeof first === 'object' ? first.name : ''
      if (KEPT_FIELDS.has(name))
        refuse(
          ['paths', index],
          'expected a path to what may go: type, object and effective_at, or event and created_at, say what the record is',
        )
      if (name === 'id' && value.action !== 'pseudonym')
        refuse(['paths', index], 'expected a path to what may go: of an id only a pseudonym is as unique')
    }
  })

/** Rules of what a sink is not sent. */
export function redaction() {
  return z
    .array(rule)
    .max(RULES_MAX)
    .default([])
    .transform(rules =>
      rules.map(
        ({ key_id, keep_domain, keep_prefix, ...same }): RedactRule => ({
          ...same,
          keyId: key_id,
          keepDomain: keep_domain,
          keepPrefix: keep_prefix,
        }),
      ),
    )
    .describe('What the sink is not sent, in mapped fields and in the record as received; see docs/redaction.md.')
}
