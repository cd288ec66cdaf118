import { expect, test } from 'vitest'
import { event } from '../../test/support/events.ts'
import { exampleRegistry } from '../../test/support/registry.ts'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { checkConfig } from '../config/load.ts'
import { openJournal, warnOfRemoved } from './journal.ts'
import { SILENT_METER } from './meter.ts'

const YAML = `
journal: {type: memory, max_bytes: 100GiB}
sources: {acme: {type: example_api, api_key: k}}
sinks: {hec: {type: example_hec, url: https://h, token: t}}
`
const KEY = { source: 'acme', stream: 'organization' }
const never = new AbortController().signal
const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

async function open() {
  const config = checkConfig([{ name: 't', text: YAML }], { registry: exampleRegistry(), env: {} })
  return openJournal(config, { clock: new VirtualClock(), logger, meter: SILENT_METER })
}

test('a journal in memory keeps nothing that its sinks have passed', async () => {
  await using journal = await open()
  await journal.append(KEY, { events: ['a', 'b'].map(id => event(id)), position: 1 }, never)
  expect((await journal.stats()).events).toBe(2)
  await journal.saveSinkPosition('hec', await journal.head())
  expect((await journal.stats()).events).toBe(0)
})

// Goal: a destination that is down holds the source back, and does not end the process, whatever max_bytes says.
test('a journal in memory pauses the source long before the memory is full', async () => {
  await using journal = await open()
  const large = event('a')
  Object.assign(large, { text: JSON.stringify({ id: 'a', padding: 'x'.repeat(129 * 2 ** 20) }) })
  await journal.append(KEY, { events: [large], position: 1 }, never)
  const waiting = journal.append(KEY, { events: [event('b')], position: 2 }, never)
  expect(journal.paused).toContain('sources wait')
  await journal.saveSinkPosition('hec', await journal.head())
  await waiting
})

test('a sink that was not configured for a while is told what it is not sent', async () => {
  await using journal = await open()
  await journal.append(KEY, { events: ['a', 'b', 'c'].map(id => event(id)), position: 1 }, never)
  await journal.saveSinkPosition('away', await journal.positionAt(Number.MIN_SAFE_INTEGER))
  await journal.saveSinkPosition('hec', await journal.head())
  const said: unknown[] = []
  const warn = (message: string, fields?: object) => void said.push([message.slice(0, 8), fields])
  await warnOfRemoved(journal, ['hec', 'away', 'new'], { ...logger, warn })
  expect(said).toEqual([['3 events', { component: 'away' }]])
})
