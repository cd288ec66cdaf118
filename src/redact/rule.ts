import { createHmac } from 'node:crypto'
import type { Secret } from '../toolkit/secret.ts'
import { networkOf, type Prefix } from './network.ts'
import type { RedactPath } from './path.ts'

/** What is done with a value. */
export interface Treatment {
  readonly action: 'drop' | 'mask' | 'pseudonym'
  /** For `pseudonym`: the key, and its name in the output. */
  readonly key?: Secret | undefined
  readonly keyId?: string | undefined
  /** Leaves the domain of an e-mail address as it is. */
  readonly keepDomain?: boolean | undefined
  /** Replaces an IP address by that of its network: the bits that stay. */
  readonly keepPrefix?: Prefix | undefined
}

export interface RedactRule extends Treatment {
  /** Of the object as received. */
  readonly paths: readonly RedactPath[]
  /** Of the mapped event. */
  readonly fields: readonly RedactPath[]
}

const MASK = '[redacted]'
const MASKED_LOCAL_PART = 'redacted'
/** 128 bits of the HMAC: enough that no two values of an organization share one. */
const HEX_CHARS = 32
const EMAIL = /^[^\s@]+@([^\s@]+)$/

export const isEmail = (value: string): boolean => EMAIL.test(value)

/**
 * What stands in place of a value. The pseudonym is `<key id>:<32 hex digits of HMAC-SHA-256(key, value)>`, of an
 * e-mail address in lower case; with its domain kept, `<key id>.<32 hex digits>@<domain>`, so that it is still an address.
 * Throws `BlockedError` when the file of the key can't be read: nothing goes out without it.
 */
export function replacementOf(value: string, treatment: Treatment): string {
  const { action, keepDomain, keepPrefix, keyId } = treatment
  if (action === 'drop') return MASK
  const network = keepPrefix === undefined ? undefined : networkOf(value, keepPrefix)
  if (network !== undefined) return network
  const [, domain] = EMAIL.exec(value) ?? []
  const isKept = keepDomain === true && domain !== undefined
  if (action === 'mask') return isKept ? `${MASKED_LOCAL_PART}@${domain}` : MASK
  const hex = createHmac('sha256', treatment.key!.reveal())
    .update(domain === undefined ? value : value.toLowerCase())
    .digest('hex')
    .slice(0, HEX_CHARS)
  return isKept ? `${keyId}.${hex}@${domain.toLowerCase()}` : `${keyId}:${hex}`
}
