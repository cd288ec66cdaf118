import { expect, test } from 'vitest'
import { event } from '../../test/support/events.ts'
import { exampleRegistry } from '../../test/support/registry.ts'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { checkConfig } from '../config/load.ts'
import { FatalError } from '../core/errors.ts'
import { openedEventually, openJournal, tellFrom, tellPositions, warnOfRemoved, watchDisk } from './journal.ts'
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

// Goal: an id that was changed, or a file that is missing from the folder of the configuration, is not found out by what is doubled or missing.
test('a position that nobody goes on from is told, and who begins anew', async () => {
  await using journal = await open()
  const streams = ['acme/organization', 'acme/tenant', 'old/organization', 'forgotten/organization']
  for (const name of streams) {
    const [source, stream] = name.split('/') as [string, string]
    await journal.append({ source, stream }, { events: [event(name)], position: 1 }, never)
  }
  await journal.saveStreamPosition({ source: 'forgotten', stream: 'organization' }, undefined)
  for (const sink of ['away', 'hec']) await journal.saveSinkPosition(sink, await journal.positionAt(Number.MIN_SAFE_INTEGER))
  const said: unknown[] = []
  const say = (level: string) => (message: string, fields?: object) =>
    void said.push([level, message.match(/\d+ events|tailrace state reset [^"]+/g), fields])
  const names = { sinks: ['hec', 'new'], streams: ['acme/organization', 'new/organization'], commandOptions: ' -c t.yaml' }
  await tellPositions(journal, names, { ...logger, info: say('info'), warn: say('warn') })
  expect(said).toEqual([
    ['info', ['4 events'], { component: 'new' }],
    ['warn', ['4 events', 'tailrace state reset away -c t.yaml'], { component: 'away' }],
    ['warn', ['tailrace state reset acme/tenant -c t.yaml'], { component: 'acme/tenant' }],
    ['warn', ['tailrace state reset old/organization -c t.yaml'], { component: 'old/organization' }],
  ])
})

// Goal: who asks for more of the past does not take what is read for it.
test.each([
  [
    4999,
    'warn',
    /began at 1970-01-01T00:00:05\.000Z, and what is before that is not read\. .*"tailrace state reset acme\/organization -c t\.yaml"/,
  ],
  [5000, 'info', /has read from before --from on/],
])('a stream that has a position since second 5 says that --from, at %i ms, is passed over', async (fromMs, level, message) => {
  await using journal = await open()
  for (const stream of ['organization', 'tenant', 'other']) {
    await journal.append({ source: 'acme', stream }, { events: [event(stream)], position: { start: 5, frontier: 60, segments: [] } }, never)
  }
  await journal.saveStreamPosition({ source: 'acme', stream: 'tenant' }, undefined)
  const said: unknown[] = []
  const say = (at: string) => (text: string, fields?: object) => void said.push([at, text, fields])
  const names = { streams: ['acme/organization', 'acme/tenant', 'new/organization'], commandOptions: ' -c t.yaml' }
  await tellFrom(journal, fromMs, names, { ...logger, info: say('info'), warn: say('warn') })
  expect(said).toEqual([[level, expect.stringMatching(message) as string, { component: 'acme/organization' }]])
})

const full = () => new FatalError('journal.unavailable', 'no room on the disk', { exitCode: 69 })

test('a journal whose disk is full at the start is opened when there is room, and that is said once', async () => {
  const clock = new VirtualClock()
  const said: string[] = []
  const failures = [full(), full(), full()]
  const open = async () => {
    const failure = failures.shift()
    if (failure !== undefined) throw failure
    return 'open'
  }
  const onWait = ({ message }: FatalError) => {
    said.push(message)
    return { [Symbol.asyncDispose]: async () => void said.push('begins') }
  }
  const warn = (message: string) => void said.push(message)
  const opening = openedEventually(open, { clock, logger: { ...logger, warn }, onWait }, never)
  await clock.advance(15_000)
  said.push(String(await opening))
  expect(said).toEqual(['no room on the disk', 'the run waits for its journal, and begins by itself', 'begins', 'open'])
})

test('a stop ends the wait for a journal', async () => {
  const clock = new VirtualClock()
  const stop = new AbortController()
  const opening = openedEventually(() => Promise.reject(full()), { clock, logger }, stop.signal)
  await clock.advance(7000)
  stop.abort()
  expect([await opening, clock.sleeping]).toEqual([undefined, 0])
})

test('a journal that no waiting mends is told at once', async () => {
  const damaged = new FatalError('journal.damaged', 'damaged', { exitCode: 70 })
  const opening = openedEventually(() => Promise.reject(damaged), { clock: new VirtualClock(), logger }, never)
  await expect(opening).rejects.toBe(damaged)
})

test.each([
  ['that stays', () => 'no room on the disk for the journal j.db', 69],
  ['that comes again and again', (ms: number) => (ms % 2000 < 1000 ? 'no room on the disk for the journal j.db' : undefined), undefined],
])('a finite run and a fault of its disk %s', async (_, faultAt, code) => {
  const clock = new VirtualClock(0)
  const done = new AbortController()
  const journal = {
    get fault() {
      return faultAt(clock.now())
    },
  }
  let ended: unknown
  const watching = watchDisk(journal, clock, 10_000, done.signal).catch((error: unknown) => {
    ended = error
  })
  await clock.advance(10_000)
  expect(ended).toBeUndefined()
  await clock.advance(50_000)
  if (code === undefined) expect(ended).toBeUndefined()
  else expect(ended).toMatchObject({ code: 'journal.unavailable', exitCode: code, message: expect.stringContaining('for 10 s') as string })
  done.abort()
  await watching
  expect(clock.sleeping).toBe(0)
})
