import { expect, test } from 'vitest'
import { contextWith, event, START_MS } from '../../test/support/journals.ts'
import type { SealedWindow } from '../core/batch.ts'
import type { ListClient } from './client.ts'
import { Collected } from './collected.ts'
import { digestOf } from './digest.ts'
import { drained, type Window } from './drained.ts'
import { parsePage } from './page.ts'
import { handOut } from './past.ts'
import { segmentListed } from './position.ts'
import { SharedEvents } from './shared_events.ts'
import { ListStream, type Reading } from './stream.ts'

const NOW_S = START_MS / 1000
const PAST = { fromS: NOW_S - 100, toS: NOW_S }

interface Record {
  readonly id: string
  readonly effective_at: number
}

type Answer = 'past, before it lists' | 'past' | 'sweep'

/** A list of which each answer is held back until `heldBack` lets it go, and the windows that a stream of it seals. */
function streamOf(log: readonly Record[], heldBack: (of: Answer) => Promise<void> | undefined) {
  const { clock, ...others } = contextWith()
  const client: Partial<ListClient> = { now: () => clock.now(), askForTime: async () => {}, untilDone: work => work() }
  const listed = ({ fromS, toS }: Window) => {
    const data = log.filter(({ effective_at }) => effective_at >= fromS && effective_at < toS)
    const collected = new Collected()
    collected.add(parsePage(Buffer.from(JSON.stringify({ data })), { component: 'test', timeField: 'effective_at' }))
    return collected
  }
  const partOf = async () => {
    await heldBack('past, before it lists')
    const part = drained(PAST, listed(PAST), { source: 'acme', stream: 'organization', receivedMs: clock.now() })
    await heldBack('past')
    return part
  }
  const past = (reading: Reading) => {
    let part: ReturnType<typeof partOf> | undefined
    const head = () => {
      if (reading.position.segments.length === 0) return undefined
      part ??= partOf()
      return part
    }
    const hand = (came: Awaited<ReturnType<typeof partOf>>) => handOut(reading, came, segmentListed(reading.position, came.toS))
    return { head, hand, atRest: async () => {} }
  }
  const list = async (window: Window, { isEnough }: { isEnough?: unknown }) => {
    const answer = listed(window)
    if (isEnough === undefined && window.fromS < NOW_S) await heldBack('sweep')
    return answer
  }
  const [times, context] = [
    { overlapS: 60, pollIntervalMs: 15_000, sweepIntervalMs: 60_000 },
    { ...others, clock, id: 'acme', report: () => {} },
  ]
  const names = { component: 'test', name: 'organization', start: () => PAST.fromS * 1000 }
  const stream = new ListStream({ ...names, ...times, client: client as ListClient, list, past, context })
  const stop = new AbortController()
  const sealed: SealedWindow[] = []
  const ended = (async () => {
    for await (const batch of stream.read(undefined, { ids: () => [] }, stop.signal)) sealed.push(...(batch.sealed ?? []))
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  const end = async () => {
    stop.abort()
    await ended
    return sealed
  }
  return { clock, end }
}

// Goal: `verify --digests` compares a window with what was journaled of it until it was sealed.
test('what a sweep found in a part of the past that waited is of its digest', async () => {
  const log: Record[] = [{ id: 'a', effective_at: NOW_S - 30 }]
  const gate = Promise.withResolvers<void>()
  const { clock, end } = streamOf(log, of => (of === 'past' ? gate.promise : undefined))
  await clock.advance(10_000)
  log.push({ id: 'late', effective_at: NOW_S - 20 })
  await clock.advance(55_000)
  gate.resolve()
  await clock.advance(1000)
  const rows = await end()
  expect(rows.find(({ toS }) => toS === PAST.toS)).toMatchObject({ events: 0, digest: digestOf(['a', 'late']) })
  expect(rows.map(({ late }) => late)).toEqual(rows.map(() => 0)) // Nobody had listed that part when it came.
})

test('what the past found while a sweep waited is of its digest', async () => {
  const log: Record[] = [{ id: 'a', effective_at: NOW_S - 30 }]
  const [past, sweep] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const { clock, end } = streamOf(log, of => (of === 'sweep' ? sweep.promise : past.promise))
  await clock.advance(65_000)
  log.push({ id: 'late', effective_at: NOW_S - 20 })
  past.resolve()
  await clock.advance(1000)
  sweep.resolve()
  await clock.advance(1000)
  const rows = await end()
  expect(rows.filter(({ fromS }) => fromS < NOW_S)).toMatchObject([
    { ...PAST, events: 2 },
    { fromS: NOW_S - 60, events: 0, repeats: 1, digest: digestOf(['a', 'late']) },
  ])
})

test('an event of the second that a window ends with is not of that window', () => {
  const shared = new SharedEvents()
  shared.add(
    [9, 10, 11, 14, 15].map(n => event(n)),
    { fromS: 10, toS: 15 },
  )
  expect([...shared.within({ fromS: 0, toS: 20 })]).toEqual(['e10', 'e11', 'e14'])
  expect([...shared.within({ fromS: 10, toS: 14 })]).toEqual(['e10', 'e11'])
  shared.forget([{ nextS: 11, endS: 12, lateBeforeS: 0 }])
  expect([...shared.within({ fromS: 0, toS: 20 })]).toEqual(['e11'])
})
