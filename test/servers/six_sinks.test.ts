import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { type Books, readBooks, unbalanced } from '../support/books.ts'
import { Program } from '../support/program.ts'
import { idsIn } from './kafka_reading.ts'
import { addTooLong, DATA_STREAM, SIX, type SixReceivers, startSixReceivers, TOPIC } from './six_receivers.ts'
import { StagedProgram } from './staged_program.ts'

const EVENTS = 20_000
/** One in a thousand, with a text that is too long for one of the destinations. */
const TOO_LONG = EVENTS / 1000
const SLOW_KILOBYTES_PER_SECOND = 20

/** Reads the metrics again and again until they say so; whatever they said on the way has to add up. */
async function untilBooks(staged: StagedProgram, program: Program, isSo: (books: Books) => boolean): Promise<Books> {
  for (let readings = 0; ; readings++) {
    if (program.hasEnded) throw new Error(`it ended:\n${program.err}`)
    const books = await readBooks(staged.admin)
    if (books !== undefined) expect(unbalanced(books), `reading ${readings}`).toEqual([])
    if (books !== undefined && books.received > 0 && isSo(books)) return books
    await pause(50)
  }
}

const uidOf = ({ metadata }: JsonObject) => (metadata as { uid: string }).uid
const idsInBucket = ({ bucket }: SixReceivers) => bucket.keys().flatMap(key => bucket.lines(key).map(uidOf))
const missing = (received: readonly string[], ids: readonly string[]) =>
  [...new Set(ids).symmetricDifference(new Set(received))].slice(0, 5)

// Goal: issue 5, "Six sinks at once": each waits for itself alone, and nothing is unaccounted for at any moment.
test('one sink dead, one slow, one refusing one event in a thousand: the others have everything meanwhile', async () => {
  await using six = await startSixReceivers()
  await using staged = await StagedProgram.open({ events: EVENTS, sinks: six.sinks })
  const tooLong = addTooLong(staged.simulator, TOO_LONG)
  const all = EVENTS + TOO_LONG
  await six.collector.stop()
  await six.lakeLink.add({ type: 'bandwidth', stream: 'upstream', attributes: { rate: SLOW_KILOBYTES_PER_SECOND } })

  await using program = staged.start('run')
  const meanwhile = await untilBooks(staged, program, ({ sinks }) =>
    (['kafka', 'search', 'splunk', 'datadog'] as const).every(id => sinks[id]!.delivered + sinks[id]!.deadLettered === all),
  )
  expect(meanwhile.sinks.otlp).toEqual({ filtered: 0, delivered: 0, deadLettered: 0, waiting: all })
  expect(meanwhile.sinks.lake!.waiting).toBeGreaterThan(all / 2)
  expect(meanwhile.sinks.search).toEqual({ filtered: 0, delivered: EVENTS, deadLettered: TOO_LONG, waiting: 0 })
  for (const id of ['kafka', 'splunk', 'datadog']) expect(meanwhile.sinks[id]!.delivered, id).toBe(all)

  await six.collector.start()
  await six.lakeLink.heal()
  const last = await untilBooks(staged, program, ({ sinks }) => SIX.every(id => sinks[id]!.waiting === 0))
  expect(last.received).toBe(all)
  program.signal('SIGTERM')
  expect(await program.end()).toMatchObject({ code: 0 })

  await six.collector.stop() // It writes down what it still holds.
  expect(missing(idsIn(six.kafka, TOPIC).ids, staged.ids), 'Kafka').toEqual([])
  expect(missing(await six.collector.ids(), staged.ids), 'the Collector').toEqual([])
  expect(missing(idsInBucket(six), staged.ids), 'the bucket').toEqual([])
  expect(
    missing(
      six.splunk.events.map(({ fields }) => fields.event_id ?? ''),
      staged.ids,
    ),
    'Splunk',
  ).toEqual([])
  expect(
    missing(
      six.datadog.logs.map(({ id }) => id),
      staged.ids,
    ),
    'Datadog',
  ).toEqual([])
  expect(
    missing(
      await six.searched.ids(DATA_STREAM),
      staged.ids.filter(id => !tooLong.includes(id)),
    ),
    'OpenSearch',
  ).toEqual([])
  expect(six.datadog.lost).toEqual([])

  await using list = new Program(['dead-letters', 'list', '-c', staged.config, '--json', '--limit', '1000'])
  const letters = (await list.end()).out
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as { component: string; eventId: string; reason: string; text: string })
  expect(letters.map(({ eventId }) => eventId).toSorted()).toEqual(tooLong.toSorted())
  for (const { component, eventId, reason, text } of letters) {
    expect(component).toBe('search')
    expect(reason).toMatch(/^400: .*immense term in field="event\.original"/)
    expect(text).toBe(staged.simulator.events().find(held => held.includes(eventId)))
  }
})
