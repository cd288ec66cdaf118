import { expect, test } from 'vitest'
import { listedSimulators } from '../../test/support/listed_simulator.ts'
import { START_MS } from '../../test/support/simulator.ts'
import type { Simulator } from './simulator.ts'

const start = listedSimulators()

interface LogsBody {
  readonly data: readonly { readonly id: string; readonly event: string; readonly created_at: number }[]
  readonly first_id: string | null
  readonly last_id: string | null
  readonly has_more: boolean
  readonly error?: { readonly param: string; readonly code: string }
}

async function get(simulator: Simulator, rest: string, authorization = 'Bearer any') {
  const response = await fetch(`${simulator.url}/organization/logs${rest}`, { headers: { authorization } })
  return { status: response.status, text: await response.text() }
}
const list = async (simulator: Simulator, search: string) => JSON.parse((await get(simulator, `?${search}`)).text) as LogsBody
const ids = ({ data }: LogsBody) => data.map(({ id }) => id)

test('lists newest first by default, oldest first where asked, in pages behind a cursor', async () => {
  const simulator = await start()
  const { newestFirst } = simulator
  const first = await list(simulator, 'limit=25')
  expect(ids(first)).toEqual(newestFirst.slice(0, 25))
  expect([first.first_id, first.last_id, first.has_more]).toEqual([newestFirst[0], newestFirst[24], true])
  expect(ids(await list(simulator, `limit=100&order=desc&after=${first.last_id}`))).toEqual(newestFirst.slice(25))
  const oldest = await list(simulator, 'limit=10&order=asc')
  expect(ids(oldest)).toEqual(newestFirst.toReversed().slice(0, 10))
  expect(ids(await list(simulator, `limit=10&order=asc&after=${oldest.last_id}`))).toEqual(newestFirst.toReversed().slice(10, 20))
  expect(ids(await list(simulator, ''))).toHaveLength(20)
})

test('a record says what the event says, in the older shape; one of that shape stays as it is', async () => {
  const simulator = await start()
  const own = `{"id":"own", "event":"project.created","created_at":${START_MS / 1000},"success":true}`
  const actor = { type: 'api_key', api_key: { id: 'key_1', type: 'user', user: { id: 'user-1', email: 'a@b.cc' } } }
  simulator.add(own, {
    id: 'made',
    type: 'project.created',
    effective_at: START_MS / 1000 + 1,
    actor,
    'project.created': { id: 'p', data: { title: 'T' } },
  })
  const { data } = await list(simulator, 'limit=2')
  expect(data[0]).toEqual({
    id: 'made',
    event: 'project.created',
    actor: { type: 'user', id: 'user-1', name: 'a@b.cc' },
    target: { type: 'project', id: 'p', name: 'T' },
    created_at: START_MS / 1000 + 1,
    api_request: 'req_made',
    success: true,
  })
  expect((await get(simulator, '/own')).text).toBe(own)
  expect(simulator.logs().at(-2)).toBe(own)
})

test('gives one record by its id, and 404 for any other', async () => {
  const simulator = await start()
  expect(JSON.parse((await get(simulator, '/e7')).text)).toMatchObject({ id: 'e7', event: 'login.failed', success: false })
  expect((await get(simulator, '/nobody')).status).toBe(404)
  expect((await get(simulator, '/%')).status).toBe(404)
})

test.each([
  ['effective_at[gte]=1', 'effective_at[gte]'],
  ['limit=0', 'limit'],
  ['limit=101', 'limit'],
  ['order=up', 'order'],
  ['limit=1&limit=2', 'limit'],
  ['after=e1&before=e2', 'before'],
  ['after=nobody', 'after'],
])('%s is refused', async (search, param) => {
  const simulator = await start()
  const { status, text } = await get(simulator, `?${search}`)
  expect([status, (JSON.parse(text) as LogsBody).error?.param]).toEqual([400, param])
})

test('has the same switches: a key, and cursors that work the other way round', async () => {
  const simulator = await start({ key: 'right', faults: { inverted_cursor: 1 } })
  expect((await get(simulator, '', 'Bearer wrong')).status).toBe(401)
  const { text } = await get(simulator, '?limit=5&before=e50', 'Bearer right')
  expect(ids(JSON.parse(text) as LogsBody)).toEqual(['e49', 'e48', 'e47', 'e46', 'e45'])
})
