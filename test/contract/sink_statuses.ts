import { describe, expect, test } from 'vitest'
import { BatchRefusedError, BlockedError, RetryableError } from '../../src/core/errors.ts'
import type { MappedEvent } from '../../src/core/mapper.ts'
import type { Sink } from '../../src/core/sink.ts'
import { createDeliver } from '../../src/engine/deliver.ts'
import { bytesOf, serve } from '../doubles/requests.ts'
import { mapped } from '../support/events.ts'
import { VirtualClock } from '../support/virtual_clock.ts'

const never = new AbortController().signal
const EVENTS = ['a', 'b', 'c'].map((id, n) => mapped(id, 1_767_225_600_123 + n * 1000, n === 1 ? 'as bytes' : 'as text'))

type ErrorClass = typeof RetryableError | typeof BlockedError | typeof BatchRefusedError

/** What an answer means that every destination over HTTP may give (the table of `docs/architecture.md`). */
const STATUSES: readonly (readonly [status: number, ErrorClass])[] = [
  [400, BatchRefusedError],
  [401, BlockedError],
  [403, BlockedError],
  [404, BlockedError],
  [408, RetryableError],
  [413, BatchRefusedError],
  [422, BatchRefusedError],
  [425, RetryableError],
  [429, RetryableError],
  [500, RetryableError],
  [502, RetryableError],
  [503, RetryableError],
  [504, RetryableError],
]

interface Opened extends AsyncDisposable {
  readonly sink: Sink
}

export interface StatusOptions {
  /** The sink, configured for another place than its double. */
  readonly openAt: (url: string) => Promise<Opened>
  /** Where this destination's own documentation gives a status another meaning, and which. */
  readonly otherwise?: Readonly<Record<number, ErrorClass>>
  /** Of this destination, where it judges events by a 400: what it says to a body that it can't read, and to one that it takes. */
  readonly words?: { readonly refusal: string; readonly success: string }
}

/** Answers everything in one way. */
const startAnswering = (status: number, headers: Record<string, string>) =>
  serve(async (request, response) => {
    await bytesOf(request)
    response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(`the words of ${status}`)
  })

async function failureOf({ sink }: Opened): Promise<unknown> {
  return sink.write(EVENTS, never).then(
    () => 'returned',
    (cause: unknown) => cause,
  )
}

/** What every sink over HTTP makes of statuses, and of what keeps it from getting any. */
export function testSinkStatuses(name: string, { openAt, otherwise = {}, words }: StatusOptions): void {
  describe(`${name} tells answers apart`, () => {
    test.each(STATUSES)('%i', async (status, usual) => {
      await using server = await startAnswering(status, {})
      await using opened = await openAt(server.url)
      const error = await failureOf(opened)
      expect(error).toBeInstanceOf(otherwise[status] ?? usual)
      expect(String(error)).toContain(String(status))
      expect(String(error)).toContain('127.0.0.1')
    })

    test.each([429, 503])('%i with Retry-After asks for that pause', async status => {
      await using server = await startAnswering(status, { 'retry-after': '77' })
      await using opened = await openAt(server.url)
      expect(await failureOf(opened)).toMatchObject({ name: 'RetryableError', retryAfterMs: 77_000 })
    })

    if (words !== undefined) {
      test('one that can not unpack is sent bodies as they are, and no event is at fault (invariant 4)', async () => {
        const taken: string[] = []
        await using server = await serve(async (request, response) => {
          const body = await bytesOf(request)
          const isPacked = body[0] === 0x1f
          if (!isPacked) taken.push(body.toString())
          response.writeHead(isPacked ? 400 : 200, { 'content-type': 'application/json' }).end(isPacked ? words.refusal : words.success)
        })
        await using opened = await openAt(server.url)
        expect(await lettersOf(opened.sink)).toEqual([])
        await opened.sink.write(EVENTS, never)
        for (const { event } of EVENTS)
          expect(taken.filter(text => text.includes(`${event.id}\\"`) || text.includes(`"${event.id}"`))).toHaveLength(2)
        expect(taken.at(-1)).toContain('c')
      })
    }

    test('a name that does not resolve may resolve later', async () => {
      await using opened = await openAt('http://tailrace-nowhere.invalid:1')
      const error = await failureOf(opened)
      expect(error).toBeInstanceOf(RetryableError)
      expect(String(error)).toContain('tailrace-nowhere.invalid')
    })

    test('a port where nobody listens may be listened on later', async () => {
      const { url, [Symbol.asyncDispose]: close } = await startAnswering(200, {})
      await close()
      await using opened = await openAt(url)
      expect(await failureOf(opened)).toBeInstanceOf(RetryableError)
    })

    test('https:// where there is no TLS waits for an operator, and drops nothing', async () => {
      await using server = await startAnswering(200, {})
      await using opened = await openAt(server.url.replace('http', 'https'))
      const error = await failureOf(opened)
      expect(error).toBeInstanceOf(BlockedError)
      expect(String(error)).toContain('TLS')
    })
  })
}

/** What a batch leaves among the dead letters. */
async function lettersOf(sink: Sink): Promise<readonly { event: MappedEvent; reason: string }[]> {
  const letters: { event: MappedEvent; reason: string }[] = []
  const deliver = createDeliver({
    sink,
    clock: new VirtualClock(),
    retry: { initialDelayMs: 1000, maxDelayMs: 1000 },
    blockedRetryMs: 1000,
    deadLetter: async rejections => void letters.push(...rejections),
    report: { retried: () => {}, state: () => {} },
  })
  await deliver(EVENTS, never)
  return letters
}

/** That of a batch with one event at fault the others are delivered, and that one is told with the reason. */
export async function expectOneRefused(sink: Sink, id: string): Promise<void> {
  const letters = await lettersOf(sink)
  expect(letters.map(({ event }) => event.event.id)).toEqual([id])
  expect(letters[0]!.reason.length).toBeGreaterThan(10)
}
