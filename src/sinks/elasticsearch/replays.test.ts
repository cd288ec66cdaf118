import { expect, test } from 'vitest'
import { startSearchDouble } from '../../../test/doubles/elasticsearch.ts'
import { mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { VirtualClock } from '../../../test/support/virtual_clock.ts'
import { elasticsearchConfig } from './config.ts'
import { createElasticsearchSink } from './sink.ts'

const never = new AbortController().signal

/** A destination, and the sinks of several lives of the program before it. */
async function stage(settings: object = {}) {
  const search = await startSearchDouble()
  const clock = new VirtualClock()
  const sinks: AsyncDisposable[] = []
  return {
    search,
    clock,
    start() {
      const config = elasticsearchConfig.parse({ urls: [search.url], api_key: 'some:secret-key', proxy: 'none', ...settings })
      const sink = createElasticsearchSink(config, { ...sinkContext('es'), clock })
      sinks.push(sink)
      return sink
    },
    /** Searches and refreshes, in their order. */
    looks: () => search.paths.flatMap(path => /_(search|refresh)$/.exec(path)?.[1] ?? []),
    stored: () => search.documents.map(({ id }) => id),
    async [Symbol.asyncDispose]() {
      for (const sink of sinks) await sink[Symbol.asyncDispose]()
      await search[Symbol.asyncDispose]()
    },
  }
}

test('what an earlier life of the program has sent is not written again after a rollover', async () => {
  await using world = await stage()
  const { clock, search } = world
  const events = ['a', 'b'].map(id => mapped(id, clock.now()))
  await world.start().write(events, never)
  search.rollover()
  await clock.advance(1000)
  const again = world.start()
  expect(await again.write([...events, mapped('c', clock.now())], never)).toEqual({ rejected: [], deferred: [] })
  expect(world.stored()).toEqual(['a', 'b', 'c'])
})

test('what was received since the start is not looked for', async () => {
  await using world = await stage()
  const sink = world.start()
  await world.clock.advance(1)
  for (const id of ['a', 'b']) await sink.write([mapped(id, world.clock.now())], never)
  expect([world.looks(), world.stored()]).toEqual([[], ['a', 'b']])
})

test('a request without an answer casts doubt on what was received until then', async () => {
  await using world = await stage()
  const { clock, search } = world
  const sink = world.start()
  await clock.advance(1)
  const events = ['a', 'b', 'c', 'd'].map(id => mapped(id, clock.now()))
  search.mode = 'lost_answer'
  await expect(sink.write(events.slice(0, 2), never)).rejects.toMatchObject({ name: 'RetryableError' })
  search.mode = 'accept'
  search.rollover()
  await sink.write(events.slice(0, 3), never)
  await sink.write(events.slice(3), never)
  await clock.advance(1)
  await sink.write([mapped('e', clock.now())], never)
  expect(world.stored()).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(world.looks()).toEqual(['search', 'refresh', 'search', 'search', 'refresh', 'search'])
})

test('what doubt is about is found however often it comes', async () => {
  await using world = await stage()
  const { clock, search } = world
  const sink = world.start()
  for (const id of ['a', 'b']) {
    await clock.advance(1)
    const events = [mapped(id, clock.now())]
    search.mode = 'lost_answer'
    await expect(sink.write(events, never)).rejects.toMatchObject({ name: 'RetryableError' })
    search.mode = 'accept'
    search.rollover()
    await sink.write(events, never)
  }
  expect(world.stored()).toEqual(['a', 'b'])
})

test.each([408, 500, 502, 503, 504])('an answer %i to the whole request says nothing of what was stored', async status => {
  await using world = await stage()
  const sink = world.start()
  await world.clock.advance(1)
  const events = [mapped('a', world.clock.now())]
  world.search.wholeAnswer = { status, body: '' }
  await expect(sink.write(events, never)).rejects.toMatchObject({ name: 'RetryableError' })
  world.search.wholeAnswer = undefined
  await sink.write(events, never)
  expect(world.looks()).toEqual(['search', 'refresh', 'search'])
})

test('what is all found at once needs no refresh', async () => {
  await using world = await stage()
  const events = ['a', 'b'].map(id => mapped(id, world.clock.now()))
  await world.start().write(events, never)
  await world.start().write([mapped('c', 0)], never) // Refreshes.
  const before = world.looks().length
  await world.start().write(events, never)
  expect(world.looks().slice(before)).toEqual(['search'])
})

test('while a refresh passes over shards, nothing is written: what it hides would be written twice', async () => {
  await using world = await stage()
  const events = [mapped('a', world.clock.now())]
  await world.start().write(events, never)
  world.search.rollover()
  const again = world.start()
  world.search.recovering = true
  await expect(again.write(events, never)).rejects.toMatchObject({ name: 'RetryableError', code: 'elasticsearch.search_incomplete' })
  world.search.recovering = false
  await again.write(events, never)
  expect(world.stored()).toEqual(['a'])
})

test('what this life has stored and is given again, because its position was not saved, is neither sent nor looked for', async () => {
  await using world = await stage({ index: 'audit-{source}' })
  const sink = world.start()
  await world.clock.advance(1)
  const events = ['a', 'b'].map(id => mapped(id, world.clock.now()))
  world.search.answers.set('b', { status: 400, error: { type: 'mapper_parsing_exception', reason: 'no' } })
  await sink.write(events, never)
  world.search.rollover()
  world.search.answers.clear()
  await sink.write(events, never)
  expect([world.stored(), world.looks()]).toEqual([['a', 'b'], []])
})

test.each([
  ['429', 429],
  ['403', 403],
])('an answer %s to the whole request casts none: nothing was stored', async (_, status) => {
  await using world = await stage()
  const sink = world.start()
  await world.clock.advance(1)
  const events = [mapped('a', world.clock.now())]
  world.search.wholeAnswer = { status, body: '' }
  await expect(sink.write(events, never)).rejects.toThrow()
  world.search.wholeAnswer = undefined
  await sink.write(events, never)
  expect(world.looks()).toEqual([])
})

test('an item that failed on the way to its replicas may be stored', async () => {
  await using world = await stage()
  const sink = world.start()
  await world.clock.advance(1)
  const events = [mapped('a', world.clock.now())]
  world.search.answers.set('a', { status: 503, error: { type: 'unavailable_shards_exception', reason: 'timeout' } })
  await expect(sink.write(events, never)).rejects.toMatchObject({ code: 'elasticsearch.busy' })
  world.search.answers.clear()
  await sink.write(events, never)
  expect(world.looks()).toEqual(['search', 'refresh', 'search'])
})

test('an item that may be stored casts doubt also where the others were', async () => {
  await using world = await stage()
  const sink = world.start()
  await world.clock.advance(1)
  const events = ['a', 'b'].map(id => mapped(id, world.clock.now()))
  world.search.answers.set('a', { status: 503, error: { type: 'unavailable_shards_exception', reason: 'timeout' } })
  expect(await sink.write(events, never)).toEqual({ rejected: [], deferred: [events[0]] })
  world.search.answers.clear()
  await sink.write(events.slice(0, 1), never)
  expect(world.looks()).toEqual(['search', 'refresh', 'search'])
})

test('an event from before the clock was set back is looked for', async () => {
  await using world = await stage()
  const sink = world.start()
  await sink.write([mapped('a', world.clock.now() + 3_600_000)], never)
  expect(world.looks()).toEqual(['search', 'refresh', 'search'])
})

test.each([
  ['always', 6, ['a', 'b']],
  ['never', 0, ['a', 'a', 'b']],
])('deduplicate: %s', async (deduplicate, requests, stored) => {
  await using world = await stage({ deduplicate })
  const sink = world.start()
  await world.clock.advance(1)
  await sink.write([mapped('a', world.clock.now())], never)
  world.search.rollover()
  await sink.write(
    ['a', 'b'].map(id => mapped(id, world.clock.now())),
    never,
  )
  expect([world.looks().length, world.stored().toSorted()]).toEqual([requests, stored])
})

test('without the right to look nothing is written, and the remedy is named', async () => {
  await using world = await stage()
  world.search.lookStatus = 403
  await expect(world.start().write([mapped('a', 0)], never)).rejects.toMatchObject({
    name: 'BlockedError',
    code: 'elasticsearch.denied',
    message: expect.stringContaining('maintenance and read') as string,
  })
  expect(world.stored()).toEqual([])
})

test('a block that keeps the look away is lifted, not granted', async () => {
  await using world = await stage()
  world.search.lookStatus = 403
  world.search.lookError = { type: 'cluster_block_exception', reason: 'index read (api)' }
  await expect(world.start().write([mapped('a', 0)], never)).rejects.toMatchObject({ name: 'BlockedError', code: 'elasticsearch.target' })
})

test('more ids than one search takes, in several indices', async () => {
  await using world = await stage({ index: 'audit-{day}' })
  const events = Array.from({ length: 2500 }, (_, n) => mapped(`e${n}`, n < 1200 ? 0 : 86_400_000))
  await world.start().write(events, never)
  world.search.rollover()
  await world.start().write([...events, mapped('new', 0)], never)
  expect(new Set(world.stored()).size).toBe(2501)
  expect(world.stored().length).toBe(2501)
})
