import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { cli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program } from '../support/program.ts'
import { startOpensearch } from './search_node.ts'
import { plainReader } from './search_reading.ts'

const EVENTS = 20_000
const NAME = 'logs-openai.audit-default'

test('the program killed with requests under way, a rollover each time, and everything sent again at the end: each event is there once', async () => {
  await using node = await startOpensearch()
  using folder = temporaryFolder()
  await using simulator = await startSimulator({ events: EVENTS, historyMs: 30 * 86_400_000 })
  const reader = plainReader(node.url)
  await cli(['assets', 'elasticsearch', '--url', node.url])
  const config = join(folder.path, 'tailrace.yaml')
  const journal = { type: 'sqlite', path: join(folder.path, 'journal.db') }
  const source = { type: 'openai_audit', base_url: simulator.url, api_key: 'any', start: '31d', tenant_events: true }
  const sink = { type: 'elasticsearch', urls: [node.url], batch: { events_max: 200 }, retry: { initial: '50ms' } }
  writeFileSync(
    config,
    JSON.stringify({ journal, sources: { acme: source }, sinks: { search: sink }, service: { admin: { enabled: false } } }),
  )

  for (let kills = 1; kills <= 4; kills++) {
    await using program = new Program(['run', '-c', config, '--once'])
    while ((await reader.count(NAME).catch(() => 0)) < (kills * EVENTS) / 6) {
      if (program.hasEnded) throw new Error('the program ended before it could be killed')
      await reader.call('POST', `/${NAME}/_refresh`).catch(() => {}) // There is nothing yet.
    }
    program.signal('SIGKILL')
    await program.end()
    await reader.call('POST', `/${NAME}/_rollover`)
  }
  const finish = async () => {
    await using program = new Program(['run', '-c', config, '--once'])
    expect(await program.end()).toMatchObject({ code: 0 })
    return await reader.ids(NAME)
  }
  const ids = simulator.ids().toSorted()
  expect(await finish()).toEqual(ids)

  expect(await cli(['replay', '-c', config, '--sink', 'search', '--from', '1d'])).toMatchObject({
    code: 0,
    err: expect.stringContaining(String(EVENTS)) as string,
  })
  await reader.call('POST', `/${NAME}/_rollover`)
  expect(await finish()).toEqual(ids)
})
