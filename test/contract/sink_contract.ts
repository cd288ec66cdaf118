import { describe, expect, test } from 'vitest'
import { type BatchRefusedError, BlockedError, RetryableError } from '../../src/core/errors.ts'
import type { Sink } from '../../src/core/sink.ts'
import { EventEncoder } from '../../src/service/encoded_event.ts'
import type { Behaviour } from '../doubles/misbehaviour.ts'
import { mapped } from '../support/events.ts'

/** A sink before a destination that behaves as it is told. */
export interface SinkStage extends AsyncDisposable {
  readonly sink: Sink
  behave(behaviour: Behaviour): void
  /** The ids of the events that the destination holds. */
  stored(): readonly string[]
  /** How many requests with events have arrived. */
  requests(): number
  /** No message may hold it (invariant 6). */
  readonly secret: string
}

const FAULTS = [
  ['busy', RetryableError],
  ['hang', RetryableError],
  ['trickle', RetryableError],
  ['cut_off', RetryableError],
  ['reset', RetryableError],
  ['huge', RetryableError],
  ['redirect', BlockedError],
] as const satisfies readonly (readonly [Behaviour, unknown])[]

const never = new AbortController().signal
const EVENTS = ['a', 'b', 'c'].map((id, n) => mapped(id, 1_767_225_600_123 + n * 1000, n === 1 ? 'as bytes' : 'as text'))
const IDS = ['a', 'b', 'c']

/** Where this destination's faults have another meaning, and which. */
type Otherwise = Readonly<Partial<Record<Behaviour, typeof BatchRefusedError>>>

/** What never ends is given up soon; everywhere else a stall of this machine is no answer of the destination. */
const settingsFor = (behaviour: Behaviour): Readonly<Record<string, string>> =>
  behaviour === 'hang' || behaviour === 'trickle' ? { request_timeout: '1s' } : {}

/** The promises of every sink over HTTP. */
export function testSinkContract(
  name: string,
  open: (settings: Readonly<Record<string, string>>) => Promise<SinkStage>,
  otherwise: Otherwise = {},
): void {
  describe(`${name} keeps the sink contract`, () => {
    test('returning means stored', async () => {
      await using stage = await open({})
      expect(await stage.sink.write(EVENTS, never)).toMatchObject({ rejected: [], deferred: [] })
      expect(stage.stored()).toEqual(IDS)
    })

    test('events that were written in its own frame are stored like others', async () => {
      await using stage = await open({})
      const encoder = new EventEncoder(stage.sink.frame)
      expect(
        await stage.sink.write(
          EVENTS.map(one => encoder.encode(one, one.event)),
          never,
        ),
      ).toMatchObject({ rejected: [], deferred: [] })
      expect(stage.stored()).toEqual(IDS)
    })

    test('writes under way at once do not mix', async () => {
      await using stage = await open({})
      const ids = Array.from({ length: 20 }, (_, n) => `event-${n}`)
      await Promise.all(ids.map(id => stage.sink.write([mapped(id)], never)))
      expect(stage.stored().toSorted()).toEqual(ids.toSorted())
    })

    test.each(FAULTS)('%s is told by its class, names no secret, and the next write goes through', async (behaviour, errorClass) => {
      await using stage = await open(settingsFor(behaviour))
      stage.behave(behaviour)
      const error: unknown = await stage.sink.write(EVENTS, never).catch((cause: unknown) => cause)
      expect(error).toBeInstanceOf(otherwise[behaviour] ?? errorClass)
      expect(String(error)).not.toContain(stage.secret)
      expect(stage.stored()).toEqual([])
      stage.behave('accept')
      await stage.sink.write(EVENTS, never)
      expect(stage.stored()).toEqual(IDS)
    })

    test('an abort ends a write under way with its own reason', async () => {
      await using stage = await open({})
      stage.behave('hang')
      const stop = new AbortController()
      const write = stage.sink.write(EVENTS, stop.signal)
      while (stage.requests() === 0) await new Promise(resolve => setImmediate(resolve))
      stop.abort(new Error('stopped'))
      await expect(write).rejects.toThrow('stopped')
    })

    test('after the abort nothing is sent', async () => {
      await using stage = await open({})
      await expect(stage.sink.write(EVENTS, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
      expect([stage.requests(), stage.stored()]).toEqual([0, []])
    })

    test('check passes and stores nothing', async () => {
      await using stage = await open({})
      await stage.sink.check(never)
      expect(stage.stored()).toEqual([])
    })

    test('no work outlives the sink (invariant 7)', async () => {
      await using stage = await open({})
      stage.behave('hang')
      const write = stage.sink.write(EVENTS, never).then(
        () => 'returned',
        () => 'thrown',
      )
      while (stage.requests() === 0) await new Promise(resolve => setImmediate(resolve))
      await stage.sink[Symbol.asyncDispose]()
      expect(await write).toBe('thrown')
    })
  })
}
