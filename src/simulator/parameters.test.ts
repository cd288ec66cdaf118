import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, idsOf, page, QuickClock } from '../../test/support/simulator.ts'
import { CATALOGUE } from './catalogue.ts'
import { type Simulator, startSimulator } from './simulator.ts'

interface Body {
  readonly id: string
  readonly type: string
  readonly effective_at: number
  readonly project?: { readonly id: string }
  readonly actor?: {
    readonly session?: { readonly user?: { readonly id: string; readonly email: string } }
    readonly api_key?: {
      readonly id?: string
      readonly user?: { readonly id: string; readonly email: string }
      readonly service_account?: { readonly id: string }
    }
  } | null
  readonly [payload: string]: unknown
}

const TENANT_TYPES = new Set(CATALOGUE.filter(({ tenant }) => tenant).map(({ type }) => type))
let simulator: Simulator
let newestFirst: readonly Body[]
let organization: readonly Body[]

beforeAll(async () => {
  simulator = await startSimulator({ events: 1_500, historyMs: 3_000_000, clock: new QuickClock() })
  newestFirst = simulator
    .events()
    .map(text => JSON.parse(text) as Body)
    .toReversed()
  organization = newestFirst.filter(({ type }) => !TENANT_TYPES.has(type))
})
afterAll(() => simulator.close())

/** Every id of a listing, page by page. */
async function listAll(search: string): Promise<readonly string[]> {
  const ids: string[] = []
  for (let after = ''; ; ) {
    const body = await page(simulator, `${search}&limit=100${after}`)
    ids.push(...idsOf(body))
    if (!body.has_more) return ids
    after = `&after=${body.last_id}`
  }
}

const payload = (body: Body) => (body[body.type] ?? {}) as Record<string, unknown>
const middle = () => organization[Math.floor(organization.length / 2)]!.effective_at
const someProject = () => organization.find(({ project }) => project !== undefined)!.project!.id
const someUser = () => organization.find(({ actor }) => actor?.session?.user)!.actor!.session!.user!
const someAccount = () => organization.find(({ actor }) => actor?.api_key?.service_account)!.actor!.api_key!.service_account!.id
const someKey = () => organization.find(({ actor }) => actor?.api_key?.id)!.actor!.api_key!.id!
const userOf = ({ actor }: Body) => actor?.session?.user ?? actor?.api_key?.user
const certificateList = () => organization.find(({ type, ...rest }) => type === 'certificates.activated' && rest[type] !== undefined)!
const certificatesOf = (body: Body) => (payload(body).certificates ?? []) as readonly { readonly id?: string }[]

describe('a filter lists exactly the events it names, newest first', () => {
  const cases: readonly [name: string, search: () => string, wanted: () => (body: Body) => boolean][] = [
    ['none', () => '', () => () => true],
    ['effective_at[gt]', () => `effective_at[gt]=${middle()}`, () => body => body.effective_at > middle()],
    ['effective_at[gte]', () => `effective_at[gte]=${middle()}`, () => body => body.effective_at >= middle()],
    ['effective_at[lt]', () => `effective_at[lt]=${middle()}`, () => body => body.effective_at < middle()],
    ['effective_at[lte]', () => `effective_at[lte]=${middle()}`, () => body => body.effective_at <= middle()],
    [
      'encoded brackets',
      () => `effective_at%5Bgte%5D=${middle()}&effective_at%5Blt%5D=${middle() + 90}`,
      () =>
        ({ effective_at }) =>
          effective_at >= middle() && effective_at < middle() + 90,
    ],
    ['an empty range', () => `effective_at[gt]=${middle()}&effective_at[lt]=${middle()}`, () => () => false],
    [
      'project_ids[]',
      () => `project_ids[]=${someProject()}`,
      () =>
        ({ project }) =>
          project?.id === someProject(),
    ],
    [
      'event_types[]',
      () => 'event_types[]=login.failed&event_types[]=user.added',
      () =>
        ({ type }) =>
          ['login.failed', 'user.added'].includes(type),
    ],
    ['a tenant-scoped type without tenant_only', () => 'event_types[]=tenant.policy.created', () => () => false],
    ['actor_ids[] of a user', () => `actor_ids[]=${someUser().id}`, () => body => userOf(body)?.id === someUser().id],
    [
      'actor_ids[] of a service account',
      () => `actor_ids[]=${someAccount()}`,
      () =>
        ({ actor }) =>
          actor?.api_key?.service_account?.id === someAccount(),
    ],
    [
      'actor_ids[] of a key',
      () => `actor_ids[]=${someKey()}`,
      () =>
        ({ actor }) =>
          actor?.api_key?.id === someKey(),
    ],
    [
      'actor_emails[]',
      () => `actor_emails[]=${encodeURIComponent(someUser().email)}`,
      () => body => userOf(body)?.email === someUser().email,
    ],
    [
      'resource_ids[]',
      () => `resource_ids[]=${someUser().id}`,
      () => body => [payload(body).id, payload(body).resource_id].includes(someUser().id),
    ],
    [
      'resource_ids[] of a list',
      () => `resource_ids[]=${certificatesOf(certificateList())[0]!.id}`,
      () => body => certificatesOf(body).some(({ id }) => id !== undefined && id === certificatesOf(certificateList())[0]!.id),
    ],
    [
      'filters together',
      () => `project_ids[]=${someProject()}&event_types[]=api_key.created&effective_at[gte]=${middle()}`,
      () => body => body.project?.id === someProject() && body.type === 'api_key.created' && body.effective_at >= middle(),
    ],
  ]
  test.each(cases)('%s', async (_name, search, wanted) => {
    expect(await listAll(search())).toEqual(organization.filter(wanted()).map(({ id }) => id))
  })

  test('the cases above are not empty by accident', () => {
    expect(cases.filter(([, , wanted]) => organization.some(wanted())).length).toBe(cases.length - 2)
  })

  test('tenant_only', async () => {
    const tenant = newestFirst.filter(({ type }) => TENANT_TYPES.has(type))
    expect(tenant.length).toBeGreaterThan(100)
    expect(await listAll('tenant_only=true')).toEqual(tenant.map(({ id }) => id))
    expect(await listAll('tenant_only=true&event_types[]=role.bound_to_resource')).toEqual(
      tenant.filter(({ type }) => type === 'role.bound_to_resource').map(({ id }) => id),
    )
  })

  test('resource_ids[] of a ChatGPT connector', async () => {
    const bound = newestFirst.find(
      body => TENANT_TYPES.has(body.type) && payload(body).connector_id !== undefined && payload(body).workspace_id !== undefined,
    )!
    const { workspace_id, connector_id } = payload(bound)
    expect(await listAll(`tenant_only=true&resource_ids[]=${String(workspace_id)}__${String(connector_id)}`)).toEqual([bound.id])
  })
})

describe('pages', () => {
  const ids = () => organization.map(({ id }) => id)

  test('limit is 20 unless given; first_id and last_id are the ends', async () => {
    const body = await page(simulator)
    expect(body).toMatchObject({ object: 'list', first_id: ids()[0], last_id: ids()[19], has_more: true })
    expect(idsOf(body)).toEqual(ids().slice(0, 20))
  })

  test.each([1, 7, 100])('limit %i', async limit => {
    expect(idsOf(await page(simulator, `limit=${limit}`))).toEqual(ids().slice(0, limit))
  })

  test('after continues downwards, before goes back up', async () => {
    expect(idsOf(await page(simulator, `limit=10&after=${ids()[9]}`))).toEqual(ids().slice(10, 20))
    const back = await page(simulator, `limit=10&before=${ids()[25]}`)
    expect([idsOf(back), back.has_more]).toEqual([ids().slice(15, 25), true])
    const top = await page(simulator, `limit=10&before=${ids()[4]}`)
    expect([idsOf(top), top.has_more]).toEqual([ids().slice(0, 4), false])
  })

  test('the last page says so, what follows it is empty', async () => {
    const last = await page(simulator, `limit=10&after=${ids().at(-6)}`)
    expect([idsOf(last), last.has_more]).toEqual([ids().slice(-5), false])
    expect(await page(simulator, `after=${ids().at(-1)}`)).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    })
  })

  test('a cursor may name an event that the filter leaves out', async () => {
    const at = organization.findIndex(({ type }) => type !== 'login.succeeded')
    const logins = organization.filter(({ type }, place) => place > at && type === 'login.succeeded').map(({ id }) => id)
    expect(idsOf(await page(simulator, `event_types[]=login.succeeded&limit=5&after=${organization[at]!.id}`))).toEqual(logins.slice(0, 5))
  })
})

describe('a request that cannot be is a 400 in the shape of the API', () => {
  test.each([
    ['limit=0', 'limit', 'integer_below_min_value'],
    ['limit=101', 'limit', 'integer_above_max_value'],
    ['limit=ten', 'limit', 'invalid_type'],
    ['limit=', 'limit', 'invalid_type'],
    ['limit=5&limit=6', 'limit', 'invalid_value'],
    ['effective_at[gte]=yesterday', 'effective_at[gte]', 'invalid_type'],
    ['effective_at[lt]=1.5', 'effective_at[lt]', 'invalid_type'],
    ['effective_at=5', 'effective_at', 'unknown_parameter'],
    ['order=asc', 'order', 'unknown_parameter'],
    ['project_ids=proj_1', 'project_ids', 'unknown_parameter'],
    ['tenant_only=yes', 'tenant_only', 'invalid_type'],
    ['event_types[]=no.such.type', 'event_types', 'invalid_value'],
    ['tenant_only=true&event_types[]=login.failed', 'event_types', 'invalid_value'],
    ['after=audit_log-nowhere', 'after', 'invalid_cursor'],
    ['after=a&before=b', 'before', 'invalid_value'],
  ])('%s', async (search, param, code) => {
    const { status, text } = await ask(simulator, search)
    expect(status).toBe(400)
    expect(JSON.parse(text)).toEqual({ error: { message: expect.any(String), type: 'invalid_request_error', param, code } })
  })
})
