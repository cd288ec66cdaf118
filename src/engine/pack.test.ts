import { expect, test } from 'vitest'
import { settled, VirtualClock } from '../../test/support/virtual_clock.ts'
import type { Batch } from '../core/batch.ts'
import { pack } from './pack.ts'

const never = new AbortController().signal
const batch = (events: string, position: number): Batch<string> => ({ events: events.split(''), position })

async function* list(...batches: Batch<string>[]): AsyncGenerator<Batch<string>> {
  yield* batches
}

function packed(
  batches: AsyncIterable<Batch<string>>,
  clock = new VirtualClock(0),
  limits: { eventsMax?: number; bytesMax?: number } = {},
) {
  const map = (event: string) => (event === 'x' ? undefined : event)
  const bytesOf = (event: string) => (event === 'L' ? 100 : 10)
  return pack(batches, { map, bytesOf, eventsMax: 3, bytesMax: 1000, timeoutMs: 500, clock, ...limits }, never)
}

const CASES: { name: string; from: Batch<string>[]; limits?: { eventsMax?: number; bytesMax?: number }; to: [string, unknown][] }[] = [
  { name: 'small batches are merged and keep the last position', from: [batch('a', 1), batch('b', 2)], to: [['ab', 2]] },
  {
    name: 'of a split batch only the last part carries the position',
    from: [batch('abcde', 5)],
    to: [
      ['abc', undefined],
      ['de', 5],
    ],
  },
  {
    name: 'a part carries the position of the batch before, which it completes',
    from: [batch('ab', 2), batch('cde', 5)],
    to: [
      ['abc', 2],
      ['de', 5],
    ],
  },
  {
    name: 'a batch without a position leaves that of the batch before',
    from: [batch('a', 1), { events: ['b'], position: undefined }],
    to: [['ab', 1]],
  },
  { name: 'an empty batch still moves the position', from: [batch('', 7)], to: [['', 7]] },
  { name: 'a batch that is filtered away still moves the position', from: [batch('xx', 2), batch('a', 3), batch('x', 4)], to: [['a', 4]] },
  {
    name: 'bytes bound a batch',
    from: [batch('abc', 3)],
    limits: { bytesMax: 20 },
    to: [
      ['ab', undefined],
      ['c', 3],
    ],
  },
  {
    name: 'an event larger than a batch travels alone',
    from: [batch('aLb', 3)],
    limits: { bytesMax: 50 },
    to: [
      ['a', undefined],
      ['L', undefined],
      ['b', 3],
    ],
  },
  { name: 'nothing in, nothing out', from: [], to: [] },
]

for (const { name, from, limits, to } of CASES) {
  test(name, async () => {
    const out = await Array.fromAsync(packed(list(...from), undefined, limits))
    expect(out.map(({ events, position }) => [events.join(''), position])).toEqual(to)
  })
}

// Goal: a batch that is not full leaves after the timeout, and not before.
test('a batch that is not full waits for more, but not for ever', async () => {
  const clock = new VirtualClock(0)
  const quiet = Promise.withResolvers<void>()
  async function* slow(): AsyncGenerator<Batch<string>> {
    yield batch('a', 1)
    await quiet.promise
    yield batch('b', 2)
  }
  const iterator = packed(slow(), clock)
  let first: Batch<string> | undefined
  const pulled = iterator.next().then(({ value }) => {
    first = value as Batch<string>
  })
  await clock.advance(499)
  expect(first).toBeUndefined()
  await clock.advance(1)
  await pulled
  expect(first).toMatchObject({ events: ['a'], position: 1 })
  quiet.resolve()
  expect((await iterator.next()).value).toMatchObject({ events: ['b'], position: 2 })
  expect((await iterator.next()).done).toBe(true)
  await settled()
  expect(clock.sleeping).toBe(0)
})

test('a batch waits no longer because the time of day was set back', async () => {
  const clock = new VirtualClock(0)
  const quiet = new AbortController()
  async function* trickle(): AsyncGenerator<Batch<string>> {
    yield batch('a', 1)
    await clock.sleep(200, never)
    yield batch('b', 2)
    await clock.sleep(1e9, quiet.signal)
  }
  const pulled = packed(trickle(), clock).next()
  await clock.advance(100)
  clock.setBy(-3_600_000)
  await clock.advance(400)
  expect((await pulled).value).toMatchObject({ events: ['a', 'b'], position: 2 })
  quiet.abort()
})

// Goal: whoever asks the reader for more is done with what it gave, and holds no more than it has room for.
test('more is read once everything has been mapped, and what is full has been taken', async () => {
  const seen: string[] = []
  async function* asked(): AsyncGenerator<Batch<string>> {
    for (const [index, events] of ['ab', 'cdef', 'g'].entries()) {
      seen.push('asked')
      yield batch(events, index)
    }
  }
  const map = (event: string) => {
    seen.push(event)
    return event
  }
  const options = { map, bytesOf: () => 1, eventsMax: 3, bytesMax: 1000, timeoutMs: 500, clock: new VirtualClock(0) }
  for await (const { events } of pack(asked(), options, never)) {
    await settled()
    seen.push(`took ${events.join('')}`)
  }
  expect(seen.join(' ')).toBe('asked a b asked c d took abc e f took def asked g took g')
})

test('a failing reader is heard of after what it gave', async () => {
  async function* failing(): AsyncGenerator<Batch<string>> {
    yield batch('abc', 3)
    throw new Error('unreadable')
  }
  const iterator = packed(failing())
  expect((await iterator.next()).value).toMatchObject({ events: ['a', 'b', 'c'] })
  await expect(iterator.next()).rejects.toThrow('unreadable')
})

test('a reader that is not asked any more is told so (invariant 7)', async () => {
  let isOpen = true
  async function* opened(): AsyncGenerator<Batch<string>> {
    try {
      yield batch('abc', 3)
      yield batch('def', 6)
    } finally {
      isOpen = false
    }
  }
  for await (const { position } of packed(opened())) {
    expect(position).toBe(3)
    break
  }
  expect(isOpen).toBe(false)
})
