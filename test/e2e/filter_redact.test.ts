import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { Program } from '../support/program.ts'

const EVENTS = Number(process.env.TAILRACE_TEST_EVENTS ?? 3000)
const root = mkdtempSync(join(tmpdir(), 'filter-'))
afterAll(() => rmSync(root, { recursive: true }))

interface Received {
  readonly id: string
  readonly type: string
  readonly actor?: { readonly session?: Session | null; readonly api_key?: { readonly user?: { readonly email?: string } } | null } | null
}
interface Session {
  readonly user?: { readonly email?: string }
  readonly ip_address?: string
}

/** Read here without the program's own code. */
const secretsOf = ({ actor }: Received) =>
  [actor?.session?.user?.email, actor?.api_key?.user?.email, actor?.session?.ip_address].filter(
    value => value !== undefined && value !== '',
  )

test('a sink is sent what its filter lets pass, without what is redacted, and otherwise byte for byte', async () => {
  await using simulator = await startSimulator({ events: EVENTS, historyMs: 30 * 86_400_000, seed: 21 })
  const path = join(root, 'filter.yaml')
  const config = {
    journal: { type: 'sqlite', path: join(root, 'filter.db') },
    sources: { acme: { type: 'openai_audit', base_url: simulator.url, api_key: 'k', start: '31d', tenant_events: true } },
    sinks: {
      out: {
        type: 'stdout',
        format: 'raw',
        filter: 'event.type.startsWith("login.") || event.actor.key_id != "" || raw.absent',
        redact: [{ paths: ['actor.**.email', 'actor.session.ip_address'], action: 'mask' }],
        batch: { timeout: '50ms' },
      },
    },
    service: { admin: { enabled: false } },
  }
  // What the last part fails on passes: nothing is left out for it.
  for (const [filter, passes] of [
    [config.sinks.out.filter, () => true],
    ['event.type.startsWith("login.")', ({ type }: Received) => type.startsWith('login.')],
  ] as const) {
    config.sinks.out.filter = filter
    config.journal.path = join(root, `${filter.length}.db`)
    writeFileSync(path, JSON.stringify(config))
    await using program = new Program(['run', '-c', path, '--once'])
    const { code, out, err } = await program.end()
    expect([code, (err.match(/the filter fails/g) ?? []).length]).toEqual([0, filter.includes('absent') ? 1 : 0])
    const sent = new Map(out.split('\n').flatMap(line => (line === '' ? [] : [[(JSON.parse(line) as Received).id, line] as const])))
    const due = simulator.events().map(text => ({ text: text.replaceAll('\n', ' '), body: JSON.parse(text) as Received }))
    expect([...sent.keys()].toSorted()).toEqual(due.flatMap(({ body }) => (passes(body) ? [body.id] : [])).toSorted())
    let redacted = 0
    for (const { text, body } of due) {
      const line = sent.get(body.id)
      if (line === undefined) continue
      const secrets = secretsOf(body)
      if (secrets.length === 0) expect(line).toBe(text)
      else redacted++
      for (const secret of secrets) expect(line.toLowerCase()).not.toContain(secret!.toLowerCase())
    }
    expect(redacted).toBeGreaterThan(sent.size / 10)
  }
})
