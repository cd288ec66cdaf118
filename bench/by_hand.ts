/**
 * What the whole path is compared with: the same job by hand, with the same mapper and libraries, tuned. Nothing is kept, checked,
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
const BODY_BYTES_MAX = 8 * 2 ** 20
const PACKED_BYTES = 256 * 1024

const map = createEcsMapper({ clock: systemClock })
const compress = promisify(gzip)

type Body = JsonObject & { readonly id: string; readonly effective_at: number }

interface Page {
  readonly data: readonly Body[]
  readonly last_id: string | null
  readonly has_more: boolean
}

function jsonOf(text: string, body: Body): string {
  const times = { timeMs: body.effective_at * 1000, receivedMs: 0 }
  return map(new LogEvent({ source: 'acme', stream: 'organization', id: body.id, text, body, ...times })).json
}

/** Parse, map, write and compress, of texts that are there already. */
export function loop(texts: readonly string[]): void {
  for (let start = 0; start < texts.length; start += PAGE_EVENTS) {
    const lines = texts.slice(start, start + PAGE_EVENTS).map(text => jsonOf(text, JSON.parse(text) as Body))
    gzipSync(lines.join('\n'), { level: 1 })
  }
}

/**
 * The same with its requests: pages of the API, one after another, and HEC events of each, one request beside the next page.
 * Bodies are written into two buffers in turns. Gives the number of events.
 */
export async function program(far: { readonly api: string; readonly collector: string }): Promise<number> {
  const api = new Client(new URL(far.api).origin)
  const hec = new Client(far.collector)
  const post = async (events: Buffer) => {
    const body = await compress(events, { level: 1, chunkSize: PACKED_BYTES })
    const headers = { authorization: 'Splunk t', 'content-encoding': 'gzip' }
    const answer = await hec.request({ method: 'POST', path: '/services/collector/event', headers, body })
    await answer.body.dump()
  }
  const buffers = [Buffer.allocUnsafeSlow(BODY_BYTES_MAX), Buffer.allocUnsafeSlow(BODY_BYTES_MAX)] as const
  let [events, pages] = [0, 0]
  let posted: Promise<void> = Promise.resolve()
  for (const isTenant of [false, true]) {
    for (let after = '', hasMore = true; hasMore; ) {
      const path = `/v1/organization/audit_logs?limit=${PAGE_EVENTS}&tenant_only=${isTenant}${after}`
      const answer = await api.request({ method: 'GET', path, headers: { authorization: 'Bearer k' } })
      const page = JSON.parse(await answer.body.text()) as Page
      const written = writeHecEvents(page.data, buffers[pages++ % 2 === 0 ? 0 : 1])
      await posted
      posted = post(written)
      events += page.data.length
      after = `&after=${page.last_id}`
      hasMore = page.has_more
    }
  }
  await posted
  await Promise.all([api.close(), hec.close()])
  return events
}

function writeHecEvents(bodies: readonly Body[], buffer: Buffer): Buffer {
  let at = 0
  for (const body of bodies) {
    const envelope = `{"time":${body.effective_at},"host":"bench","source":"acme","sourcetype":"ecs","fields":{"event_id":"${body.id}"},"event":`
    at += buffer.write(envelope, at)
    at += buffer.write(jsonOf(JSON.stringify(body), body), at)
    at += buffer.write('}', at)
  }
  return buffer.subarray(0, at)
}
