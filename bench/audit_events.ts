export interface Sample {
  readonly id: string
  readonly timeMs: number
  readonly text: string
}

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_'
let state = 1

/** Letters that compress as little as random ones do, and leave no buffers behind for the collector to find in what is measured. */
function letters(count: number, base = 64): string {
  let text = ''
  for (let n = 0; n < count; n++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    text += ALPHABET[(state >>> 0) % base]
  }
  return text
}

/** An event of the size and the entropy of a real one: random ids and fingerprints, names that come again. */
export function sample(n: number): Sample {
  const id = `audit_log-${letters(20)}`
  const timeMs = 1_760_000_000_000 + n * 37
  const user = n % 97
  const body = {
    object: 'organization.audit_log',
    id,
    type: ['api_key.created', 'project.updated', 'login.succeeded', 'user.updated'][n % 4],
    effective_at: Math.floor(timeMs / 1000),
    project: { id: `proj_${(n % 31).toString(36).padStart(20, 'x')}`, name: `Project ${n % 31}` },
    actor: {
      type: 'session',
      session: {
        user: { id: `user-${user.toString(36).padStart(22, 'u')}`, email: `person.${user}@example.com` },
        ip_address: `203.0.113.${n % 256}`,
        user_agent: 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
        ja3: letters(32, 16),
        ja4: `t13d1516h2_${letters(12, 16)}_${letters(12, 16)}`,
        ip_address_details: {
          country: 'DE',
          city: 'Berlin',
          region: 'Berlin',
          region_code: 'BE',
          asn: '3320',
          latitude: '52.5',
          longitude: '13.4',
        },
      },
    },
    details: { id: `key_${letters(16)}`, changes_requested: { scopes: ['api.model.request', 'api.model.read'] } },
  }
  return { id, timeMs, text: JSON.stringify(body) }
}
