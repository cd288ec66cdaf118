import { expect, test } from 'vitest'
import { settled, VirtualClock } from '../../test/support/virtual_clock.ts'
import type { Batch } from '../core/batch.ts'
import { pack } from './pack.ts'

const never = new AbortController().signal
const STRETCH_MS = 100
const GRACE_MS = 10

/** `12:a` is the event `a`, received at 12; `x` is filtered away. */
const TEXT = '10:a 40:b 90:c 100:d 120:x 130:e 210:f 215:g 90:h 220:i 230:j 240:k 250:l'
const EVENTS = TEXT.split(' ').map(text => ({ ms: Number(text.split(':')[0]), name: text.split(':')[1]! }))
type Event = (typeof EVENTS)[number]

/** Reads as a journal does, in batches of `size`, from the position `from`; `quiet` is waited for at the head. */
async function* read(size: number, from: number, quiet: Promise<void> = Promise.resolve()): AsyncGenerator<Batch<Event>> {
  for (let at = from; at < EVENTS.length; at += size) {
    const events = EVENTS.slice(at, at + size)
    const start = at
    yield { events, position: at + events.length, positionAfter: count => start + count, isAtHead: at + size >= EVENTS.length }
  }
  await quiet
}

function packed(batches: AsyncIterable<Batch<Event>>, clock = new VirtualClock(0), flush = true) {
  return pack<Event, string>(
    batches,
    {
      map: ({ name }) => (name === 'x' ? undefined : name),
      bytesOf: () => 10,
      eventsMax: 3,
      bytesMax: 1000,
      timeoutMs: STRETCH_MS,
      clock,
      stretches: { endMsOf: ({ ms }) => (Math.floor(ms / STRETCH_MS) + 1) * STRETCH_MS, graceMs: GRACE_MS, flush },
    },
    never,
  )
}

const shown = (batches: readonly Batch<string>[]) => batches.map(({ events, position }) => `${events.join('')}@${JSON.stringify(position)}`)
const WHOLE = ['abc@3', 'de@6', 'fg@8', 'h@9', 'ijk@12', 'l@13']

test.each([1, 2, 3, 4, 5, 7, 100])('however the reader cuts (here by %d), the batches are the same', async size => {
  expect(shown(await Array.fromAsync(packed(read(size, 0))))).toEqual(WHOLE)
})

test.each(WHOLE.map((_, done) => done))('reading again from the position after batch %d gives the same batches from there', async done => {
  const position = Number(WHOLE[done]!.split('@')[1])
  for (const size of [1, 3, 100]) expect(shown(await Array.fromAsync(packed(read(size, position))))).toEqual(WHOLE.slice(done + 1))
})

test('a stretch waits for its end and the time to come, however long nothing is read', async () => {
  const clock = new VirtualClock(255)
  const quiet = Promise.withResolvers<void>()
  const iterator = packed(read(100, 12, quiet.promise), clock)
  let handed: unknown
  const pulled = iterator.next().then(({ value }) => {
    handed = value
  })
  await clock.advance(300 + GRACE_MS - 255 - 1)
  expect(handed).toBeUndefined()
  await clock.advance(1)
  await pulled
  expect(handed).toMatchObject({ events: ['l'], position: 13 })
  quiet.resolve()
  expect((await iterator.next()).done).toBe(true)
  expect(clock.sleeping).toBe(0)
})

test('a stretch that is long over is not handed out while there is more to read', async () => {
  const clock = new VirtualClock(1_000_000)
  const slow = Promise.withResolvers<void>()
  async function* reader(): AsyncGenerator<Batch<Event>> {
    yield { events: EVENTS.slice(0, 1), position: 1, isAtHead: false }
    await slow.promise
    yield { events: EVENTS.slice(1, 3), position: 3, isAtHead: true }
  }
  const iterator = packed(reader(), clock)
  const first = iterator.next()
  await clock.advance(60_000)
  await settled()
  slow.resolve()
  expect(await first).toMatchObject({ value: { events: ['a', 'b', 'c'], position: 3 } })
})

test('a stop leaves a stretch that is not over to the next run, with its position', async () => {
  const left = await Array.fromAsync(packed(read(4, 0), new VirtualClock(255), false))
  expect(shown(left)).toEqual(WHOLE.slice(0, -1))
  const mayGrow = await Array.fromAsync(packed(read(4, 0), new VirtualClock(300 + GRACE_MS - 1), false))
  expect(shown(mayGrow)).toEqual(WHOLE.slice(0, -1))
  const over = await Array.fromAsync(packed(read(4, 0), new VirtualClock(300 + GRACE_MS), false))
  expect(shown(over)).toEqual(WHOLE)
})
