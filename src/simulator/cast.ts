import { PURPOSE, Random } from './random.ts'

interface Person {
  readonly id: string
  readonly email: string
}

interface Project {
  readonly id: string
  readonly name: string
}

export interface Place {
  readonly country: string
  readonly city: string
  readonly region: string
  readonly region_code: string
  readonly asn: string
  readonly latitude: string
  readonly longitude: string
}

/** Who and what the events of one organization are about: few enough that names come again. */
export interface Cast {
  readonly organizationId: string
  readonly workspaceId: string
  readonly people: readonly Person[]
  readonly projects: readonly [Project, ...Project[]]
  readonly serviceAccountIds: readonly string[]
  readonly keyIds: readonly string[]
  readonly groups: readonly string[]
}

const FIRST_NAMES = [
  'ada',
  'björn',
  'chidi',
  'dana',
  'elif',
  'farid',
  'grace',
  'hiro',
  'ines',
  'jamal',
  'kim',
  'luz',
  'mina',
  'noor',
  'olga',
  'pablo',
]
const LAST_NAMES = ['okafor', 'lindqvist', 'silva', 'nakamura', 'weber', 'haddad', 'novak', 'rossi', 'tran', 'cohen']
/** Some are hard on a program that recodes text: accents, other scripts, quotes, a line separator. */
const PROJECT_NAMES = [
  'Default project',
  'Research',
  'Zürich pilot',
  '検索 service',
  'Billing "v2"',
  'café\u2028bot',
  'Support 🤖',
  'Batch\\nightly',
]

export const PLACES: readonly Place[] = [
  {
    country: 'US',
    city: 'San Francisco',
    region: 'California',
    region_code: 'CA',
    asn: '7922',
    latitude: '37.77490',
    longitude: '-122.41940',
  },
  { country: 'DE', city: 'München', region: 'Bavaria', region_code: 'BY', asn: '3320', latitude: '48.13743', longitude: '11.57549' },
  { country: 'IN', city: 'Mumbai', region: 'Maharashtra', region_code: 'MH', asn: '55256', latitude: '19.07283', longitude: '72.88261' },
  { country: 'BR', city: 'São Paulo', region: 'São Paulo', region_code: 'SP', asn: '28573', latitude: '-23.54750', longitude: '-46.63611' },
  { country: 'JP', city: 'Tokyo', region: 'Tokyo', region_code: '13', asn: '2516', latitude: '35.68950', longitude: '139.69171' },
]

export const USER_AGENTS: readonly string[] = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
  'python-requests/2.32.3',
  'go-resty/2.16.2 (https://github.com/go-resty/resty)',
  'curl/8.11.0',
]

export function castOf(seed: number): Cast {
  const random = new Random(seed, PURPOSE.cast, 0)
  const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index))
  const project = (index: number): Project => ({ id: `proj_${random.base62(24)}`, name: PROJECT_NAMES[index]! })
  return {
    organizationId: `org-${random.base62(24)}`,
    workspaceId: `ws_${random.base62(20)}`,
    people: many(40, index => {
      const name = `${FIRST_NAMES[index % FIRST_NAMES.length]!}.${random.pick(LAST_NAMES)}`
      return { id: `user-${random.base62(24)}`, email: `${name}@${random.pick(['example.com', 'corp.example'])}` }
    }),
    projects: [project(0), ...many(PROJECT_NAMES.length - 1, index => project(index + 1))],
    serviceAccountIds: many(12, () => `user-${random.base62(24)}`),
    keyIds: many(60, () => `key_${random.base62(16)}`),
    groups: ['Engineering', 'Sécurité', 'Finance', 'Contractors'],
  }
}
