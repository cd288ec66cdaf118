import { request as httpRequest } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { listedSimulators } from '../../test/support/listed_simulator.ts'
import { ask, idsOf, type PageBody, page } from '../../test/support/simulator.ts'
import { parseFaults, SIMULATOR_FAULTS } from './faults.ts'

const start = listedSimulators()

describe('odd answers', () => {
  test('duplicates: the end of the page before, within the limit', async () => {
    const { newestFirst, ...simulator } = await start({ faults: { duplicates: 1 } })
    const ids = idsOf(await page(simulator, `limit=10&after=${newestFirst[9]}`))
    const fresh = newestFirst.indexOf(ids.at(-1)!) - 9
    expect(ids).toEqual(newestFirst.slice(fresh, fresh + 10))
    expect(fresh).toBeLessThan(10)
    expect(idsOf(await page(simulator, 'limit=4'))).toEqual([newestFirst[0], ...newestFirst.slice(0, 3)])
    expect(idsOf(await page(simulator, 'limit=1'))).toEqual([newestFirst[0]])
  })

  test('has_more_at_end, has_more_false_early', async () => {
    const { newestFirst, ...simulator } = await start({ faults: { has_more_at_end: 1 } })
    expect((await page(simulator, 'limit=100')).has_more).toBe(true)
    expect(await page(simulator, `after=${newestFirst.at(-1)}`)).toMatchObject({ data: [], has_more: false })
    simulator.setFaults({ has_more_false_early: 1 })
    expect((await page(simulator, 'limit=5')).has_more).toBe(false)
  })

  test('several_documents: the events of one page, the last document says what holds', async () => {
    const { newestFirst, ...simulator } = await start({ faults: { several_documents: 1 } })
    const { text } = await ask(simulator, 'limit=20')
    const documents = text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as PageBody)
    expect(documents.length).toBeGreaterThan(1)
    expect(documents.flatMap(idsOf)).toEqual(newestFirst.slice(0, 20))
    expect(documents.at(-1)).toMatchObject({ last_id: newestFirst[19], has_more: true })
  })

  test('not_objects: before the same events each time', async () => {
    const { newestFirst, ...simulator } = await start({ faults: { not_objects: 0.5 } })
    const data = (await page(simulator, 'limit=60')).data as readonly unknown[]
    const objects = data.filter(element => typeof element === 'object' && element !== null && !Array.isArray(element))
    expect(objects).toHaveLength(60)
    expect(data.length).toBeGreaterThan(75)
    expect((await page(simulator, 'limit=60')).data).toEqual(data)
    expect(simulator.ids().toReversed()).toEqual(newestFirst)
  })

  test('slow_answers and trickled_answers take their time and are whole', async () => {
    const { clock, ...simulator } = await start({ faults: { slow_answers: 1 } })
    expect(idsOf(await page(simulator))).toHaveLength(20)
    expect(clock.sleptMs).toBeGreaterThanOrEqual(200)
    expect(clock.sleptMs).toBeLessThanOrEqual(2_000)
    clock.sleptMs = 0
    simulator.setFaults({ trickled_answers: 1 })
    expect(idsOf(await page(simulator))).toHaveLength(20)
    expect(clock.sleptMs).toBe(700)
  })

  test('wrong_content_type: another or none, the body is right', async () => {
    const simulator = await start({ faults: { wrong_content_type: 1 } })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(simulator, `limit=${n + 1}`)))
    expect(new Set(answers.map(({ headers }) => headers.get('content-type')))).toEqual(
      new Set(['text/plain; charset=utf-8', 'text/html', null]),
    )
    expect(answers.map(({ text }) => (JSON.parse(text) as PageBody).data.length)).toEqual(answers.map((_, n) => n + 1))
  })

  test('gzip_answers: only if asked', async () => {
    const simulator = await start({ faults: { gzip_answers: 1 } })
    const raw = (headers: Record<string, string>) =>
      new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
        httpRequest(
          `${simulator.url}/organization/audit_logs`,
          { headers: { authorization: 'Bearer any', ...headers } },
          async response => {
            const body = Buffer.concat((await response.toArray()) as Buffer[])
            resolve({ encoding: response.headers['content-encoding'], body })
          },
        )
          .on('error', reject)
          .end()
      })
    const plain = await raw({})
    const packed = await raw({ 'accept-encoding': 'br, gzip' })
    expect([plain.encoding, packed.encoding]).toEqual([undefined, 'gzip'])
    expect(gunzipSync(packed.body)).toEqual(plain.body)
  })

  test('tenant_refused: the other list goes on', async () => {
    const simulator = await start({ faults: { tenant_refused: 1 } })
    expect((await ask(simulator, 'tenant_only=true')).status).toBe(400)
    expect((await ask(simulator)).status).toBe(200)
  })

  test('are told to the request log, and switched from another process', async () => {
    const simulator = await start({ faults: { several_documents: 1 } })
    await ask(simulator)
    expect([simulator.requests()[0]?.faults, simulator.counts().byFault]).toEqual([['several_documents'], { several_documents: 1 }])
    const put = (body: string) => fetch(new URL('/_simulator/faults', simulator.url), { method: 'PUT', body })
    expect(await (await put('slow_answers=0.5')).json()).toEqual({ slow_answers: 0.5 })
    const refused = await put('slow_anwsers')
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('slow_answers')])
  })
})

describe('parseFaults', () => {
  const all = Object.fromEntries(SIMULATOR_FAULTS.filter(({ inAll }) => inAll).map(({ name, share }) => [name, share]))
  test.each([
    ['', {}],
    ['none', {}],
    ['all', all],
    ['all,slow_answers=0', { ...all, slow_answers: 0 }],
    ['late_events, server_errors=0.5', { late_events: 0.03, server_errors: 0.5 }],
    ['all,has_more_false_early', { ...all, has_more_false_early: 0.02 }],
  ])('"%s"', (text, shares) => {
    expect(parseFaults(text)).toEqual(shares)
  })

  test.each([
    ['late', /no fault is called "late"; there are: all, none, late_events, /],
    ['late_events=2', /from 0 to 1, not "2"/],
    ['late_events=', /not ""/],
    ['all=often', /not "often"/],
  ])('"%s" is refused', (text, message) => {
    expect(() => parseFaults(text)).toThrow(message)
  })
})
