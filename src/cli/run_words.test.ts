import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { startSimulator } from '../simulator/simulator.ts'
import { systemClock } from '../toolkit/clock.ts'

// Goal: what the log tells to type can be typed as it stands there.
test('a run names the commands that go on from what it warns of, with its own configuration', async () => {
  await using simulator = await startSimulator({ events: 3 })
  using folder = temporaryFolder()
  const config = join(folder.path, 'tail race.yaml')
  const source = { type: 'openai_audit', base_url: simulator.url, api_key: 'k', start: '1h' }
  const write = (sinks: readonly string[]) =>
    writeFileSync(
      config,
      JSON.stringify({
        journal: { path: join(folder.path, 'journal.db') },
        sources: { acme: source },
        sinks: Object.fromEntries(sinks.map(id => [id, { type: 'file', path: join(folder.path, `${id}.ndjson`) }])),
        service: { admin: { enabled: false } },
      }),
    )
  write(['kept', 'gone'])
  expect(await cli(['run', '--once', '-c', config])).toMatchObject({ code: 0 })
  write(['kept'])
  const { code, err } = await cli(['run', '--once', '--from', '2d', '-c', config])
  expect(code).toBe(0)
  const commands = err
    .matchAll(/\\"tailrace (state reset [^"]*)\\"/g)
    .map(([, command]) => command!)
    .toArray()
  expect(commands).toEqual(['gone', 'acme/organization'].map(name => `state reset ${name} -c '${config}'`))
  for (const command of commands) {
    expect(await cli([...command.slice(0, command.indexOf(' -c')).split(' '), '-c', config])).toMatchObject({ code: 0 })
  }
  const after = await cli(['run', '--once', '--from', '2d', '-c', config])
  expect([after.code, after.err.includes('state reset')]).toEqual([0, false])
})

test('a --from that is a day back begins no later where the clock here is two days ahead of the API', async () => {
  const { now } = Date
  await using simulator = await startSimulator({ events: 0, clock: { ...systemClock, now } })
  using folder = temporaryFolder()
  const [config, path] = ['tailrace.yaml', 'out.ndjson'].map(name => join(folder.path, name)) as [string, string]
  simulator.add({ id: 'an hour ago', type: 'login.failed', effective_at: Math.floor(now() / 1000) - 3600 })
  const sources = { acme: { type: 'openai_audit', base_url: simulator.url, api_key: 'k' } }
  const sinks = { out: { type: 'file', path, format: 'raw' } }
  writeFileSync(config, JSON.stringify({ journal: { type: 'memory' }, sources, sinks, service: { admin: { enabled: false } } }))
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + 2 * 86_400_000)
  const { code } = await cli(['run', '--once', '--from', '1d', '-c', config])
  clock.mockRestore()
  expect(code).toBe(0)
  expect(readFileSync(path, 'utf8')).toContain('an hour ago')
})
