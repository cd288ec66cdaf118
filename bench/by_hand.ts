/**
 * What the whole path is compared with: the same job by hand, with the same mapper and libraries. Nothing is kept, checked,
 * sealed or tried again, and an event's text is written anew, where the whole path keeps its bytes.
 */
import { promisify } from 'node:util'
import { gzip, gzipSync } from 'node:zlib'
import { Client } from 'undici'
import { LogEvent } from '../src/core/event.ts'
import type { JsonObject } from '../src/core/json.ts'
import { createEcsMapper } from '../src/mappers/ecs/index.ts'
import { systemClock } from '../src/toolkit/clock.ts'

const PAGE_EVENTS = 1000

const map = createEcsMapper({ clock: systemClock })
const compress = promisify(gzip)

type Body = JsonObject & { readonly id: string; readonly effective_at: number }

interface Page {
  readonly data: readonly Body[]
  readonly last_id: string | null
  readonly has_more: boolean
}

const mapped = (text: string, body: Body) => {
  const times = { timeMs: body.effective_at * 1000, receivedMs: 0 }
  return map(new LogEvent({ source: 'acme', stream: 'organization', id: body.id, text, body, ...times }))
}

/** Parse, map, write and compress, of texts that are there already. */
export function loop(texts: readonly string[]): void {
  for (let start = 0; start < texts.length; start += PAGE_EVENTS) {
    const lines = texts.slice(start, start + PAGE_EVENTS).map(text => mapped(text, JSON.parse(text) as Body).json)
    gzipSync(lines.join('\n'), { level: 1 })
  }
}

/** The loop with its requests: pages of the API, one after another, and HEC events, one request beside the next page. Gives the count. */
export async function program(far: { readonly api: string; readonly collector: string }): Promise<number> {
  const api = new Client(new URL(far.api).origin)
  const hec = new Client(far.collector)
  const post = async (lines: readonly string[]) => {
    const body = await compress(lines.join('\n'), { level: 1 })
    const answer = await hec.request({ method: 'POST', path: '/services/collector/event', headers: { 'content-encoding': 'gzip' }, body })
    await answer.body.dump()
  }
  let events = 0
  let posted: Promise<void> = Promise.resolve()
  for (const isTenant of [false, true]) {
    for (let after = '', hasMore = true; hasMore; ) {
      const path = `/v1/organization/audit_logs?limit=${PAGE_EVENTS}&tenant_only=${isTenant}${after}`
      const answer = await api.request({ method: 'GET', path, headers: { authorization: 'Bearer k' } })
      const page = JSON.parse(await answer.body.text()) as Page
      const lines = page.data.map(body => hecEvent(body))
      await posted
      posted = post(lines)
      events += lines.length
      after = `&after=${page.last_id}`
      hasMore = page.has_more
    }
  }
  await posted
  await Promise.all([api.close(), hec.close()])
  return events
}

function hecEvent(body: Body): string {
  const envelope = {
    time: body.effective_at,
    host: 'bench',
    source: 'tailrace:acme',
    sourcetype: 'tailrace:ecs',
    fields: { event_id: body.id },
  }
  return JSON.stringify({ ...envelope, event: mapped(JSON.stringify(body), body).document })
}
