import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { startSimulator } from '../simulator/simulator.ts'

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
