import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../test/support/virtual_clock.ts'
import { BatchRefusedError, BlockedError, RetryableError } from '../../core/errors.ts'
import type { HttpEndpoint } from '../../toolkit/http/endpoint.ts'
import { type Host, Hosts } from './hosts.ts'

const endpoint: HttpEndpoint = {
  request: () => Promise.reject(new Error('nobody asks')),
  errorOf: () => new BlockedError('x.y', 'nobody asks'),
  close: async () => {},
}

function stage(count: number) {
  const clock = new VirtualClock()
  const hosts = new Hosts(
    Array.from({ length: count }, (_, n) => ({ url: new URL(`http://n${n}`), endpoint })),
    clock,
  )
  const failures = new Map<string, Error>()
  const tried: string[] = []
  const use = async ({ url: { hostname } }: Host) => {
    tried.push(hostname)
    const failure = failures.get(hostname)
    if (failure !== undefined) throw failure
    return hostname
  }
  return { clock, hosts, failures, tried, ask: () => hosts.any(use) }
}

const GONE = new RetryableError('elasticsearch.unreachable', 'ECONNREFUSED')

test('one after the other, round and round', async () => {
  const { ask, tried } = stage(3)
  for (let n = 0; n < 6; n++) await ask()
  expect(tried).toEqual(['n0', 'n1', 'n2', 'n0', 'n1', 'n2'])
})

describe('a node that is gone', () => {
  test('has its requests done by the next, is left aside, each time longer, and comes back when it answers', async () => {
    const { ask, tried, failures, clock } = stage(2)
    failures.set('n0', GONE)
    const asked = async () => {
      tried.length = 0
      for (let n = 0; n < 4; n++) expect(await ask()).toBe('n1')
      return tried.filter(name => name === 'n0').length
    }
    expect(await asked()).toBe(1)
    expect(await asked()).toBe(0)
    await clock.advance(5001)
    expect(await asked()).toBe(1)
    await clock.advance(5001)
    expect(await asked()).toBe(0)
    await clock.advance(5001)
    expect(await asked()).toBe(1)
    failures.clear()
    await clock.advance(60_000)
    tried.length = 0
    for (let n = 0; n < 4; n++) await ask()
    expect(tried.toSorted()).toEqual(['n0', 'n0', 'n1', 'n1'])
  })

  test('comes back as soon when the clock has been set back', async () => {
    const { ask, tried, failures, clock } = stage(2)
    failures.set('n0', GONE)
    await ask()
    failures.clear()
    clock.setBy(-3_600_000)
    await clock.advance(5001)
    for (let n = 0; n < 4; n++) await ask()
    expect(tried.filter(name => name === 'n0').length).toBe(3)
  })

  test('is left aside for a minute at the most', async () => {
    const { ask, tried, failures, clock } = stage(2)
    failures.set('n0', GONE)
    for (let n = 0; n < 8; n++) {
      for (let turn = 0; turn < 2; turn++) await ask()
      await clock.advance(60_000)
    }
    expect(tried.filter(name => name === 'n0')).toHaveLength(8)
  })

  test('is left aside as shortly as the first time once it has answered', async () => {
    const { ask, tried, failures, clock } = stage(2)
    const round = async (passMs: number, isGone: boolean) => {
      if (isGone) failures.set('n0', GONE)
      else failures.clear()
      for (let turn = 0; turn < 2; turn++) await ask()
      await clock.advance(passMs)
    }
    await round(5000, true)
    await round(10_000, true)
    await round(0, false)
    await round(5000, true)
    await round(0, true)
    expect(tried.filter(name => name === 'n0')).toHaveLength(5)
  })

  test('that answers while all are left aside is left aside no longer', async () => {
    const { ask, tried, failures } = stage(2)
    for (const name of ['n0', 'n1']) failures.set(name, GONE)
    await expect(ask()).rejects.toBe(GONE)
    failures.delete('n0')
    await ask()
    tried.length = 0
    for (let n = 0; n < 2; n++) await ask()
    expect(tried).toEqual(['n0', 'n0'])
  })

  test('is asked all the same when there is no other', async () => {
    const { ask, tried, failures } = stage(2)
    for (const name of ['n0', 'n1']) failures.set(name, GONE)
    await expect(ask()).rejects.toBe(GONE)
    tried.length = 0
    await expect(ask()).rejects.toBe(GONE)
    expect(tried.toSorted()).toEqual(['n0', 'n1'])
  })
})

test.each(['not_elasticsearch', 'not_found', 'redirected', 'tls', 'proxy'])(
  'a node that is none or out of reach, by %s, is left aside, and its requests go to another',
  async what => {
    const { ask, tried, failures } = stage(2)
    const stranger = new BlockedError(`elasticsearch.${what}`, 'a page')
    failures.set('n0', stranger)
    for (let n = 0; n < 4; n++) expect(await ask()).toBe('n1')
    expect(tried.filter(name => name === 'n0').length).toBe(1)
    failures.set('n1', stranger)
    await expect(ask()).rejects.toBe(stranger)
  },
)

test.each([
  ['a timeout', new RetryableError('elasticsearch.timeout', 'late'), true],
  ['a 503', new RetryableError('elasticsearch.failed', '503'), true],
  ['a 429', new RetryableError('elasticsearch.busy', '429'), false],
  ['a wrong login', new BlockedError('elasticsearch.denied', '401'), false],
  ['a refused batch', new BatchRefusedError('elasticsearch.too_large', '413'), false],
])('%s is thrown, for the request may have been heard; leaves the node aside: %#', async (_, failure, aside) => {
  const { ask, tried, failures } = stage(2)
  failures.set('n0', failure)
  await expect(ask()).rejects.toBe(failure)
  expect(tried).toEqual(['n0'])
  await ask()
  if (aside) await ask()
  else await expect(ask()).rejects.toBe(failure)
})
