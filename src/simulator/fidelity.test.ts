import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { QuickClock } from '../../test/support/simulator.ts'
import { isTenantScoped } from './catalogue.ts'
import { startSimulator } from './simulator.ts'

// Goal: the vendor's own client, unchanged, cannot tell the simulator from the service.
test('the official client lists the whole history, filters included', async () => {
  await using simulator = await startSimulator({ events: 1_200, key: 'sk-admin-test', clock: new QuickClock() })
  const client = new OpenAI({ adminAPIKey: 'sk-admin-test', baseURL: simulator.url, maxRetries: 0 })
  const held = simulator.events().map(text => JSON.parse(text) as { id: string; type: string; effective_at: number })
  const newestFirst = held.toReversed()
  const organization = newestFirst.filter(({ type }) => !isTenantScoped(type))
  const list = async (query: OpenAI.Admin.Organization.AuditLogListParams) => {
    const events: object[] = []
    for await (const event of client.admin.organization.auditLogs.list(query)) events.push(event)
    return events
  }

  expect(await list({})).toEqual(organization)
  expect(await list({ limit: 100, tenant_only: true })).toEqual(newestFirst.filter(({ type }) => isTenantScoped(type)))
  const from = held[300]!.effective_at
  const until = held[900]!.effective_at
  expect(await list({ limit: 50, effective_at: { gte: from, lt: until } })).toEqual(
    organization.filter(({ effective_at }) => effective_at >= from && effective_at < until),
  )
  expect(await list({ event_types: ['login.failed', 'api_key.created'], effective_at: { gt: from, lte: until } })).toEqual(
    organization.filter(
      ({ type, effective_at }) => ['login.failed', 'api_key.created'].includes(type) && effective_at > from && effective_at <= until,
    ),
  )
})

test('the official client reads the errors', async () => {
  await using simulator = await startSimulator({ events: 10, key: 'right', clock: new QuickClock() })
  const as = (adminAPIKey: string) => new OpenAI({ adminAPIKey, baseURL: simulator.url, maxRetries: 0 }).admin.organization.auditLogs
  await expect(as('wrong').list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
  await expect(as('right').list({ limit: 1_000 })).rejects.toMatchObject({ status: 400, param: 'limit' })
  simulator.setFaults({ rate_limited_silent: 1 })
  await expect(as('right').list()).rejects.toBeInstanceOf(OpenAI.RateLimitError)
})
