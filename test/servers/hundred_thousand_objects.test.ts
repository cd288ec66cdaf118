import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import type { Program } from '../support/program.ts'
import { Bucket } from './bucket.ts'
import { StagedProgram } from './staged_program.ts'

const EVENTS = 100_000
const RETRY = { initial: '100ms', max: '1s' }
/** Whatever the machine does meanwhile, all that is received within it is one stretch: far more than fits one batch. */
const BATCH = { timeout: '24h' }
/** What the limit of memory of the chart leaves for it. */
const HEAP = { NODE_OPTIONS: '--max-old-space-size=200' }

const uidOf = ({ metadata }: JsonObject) => (metadata as { uid: string }).uid
const idsIn = (bucket: Bucket) => bucket.keys().flatMap(key => bucket.lines(key).map(uidOf))

/** What the bucket holds beside what it should, and what it lacks; the first few. */
function differences(bucket: Bucket, ids: readonly string[]) {
  const stored = idsIn(bucket)
  return { wrong: [...new Set(stored).symmetricDifference(new Set(ids))].slice(0, 5), repeats: stored.length - new Set(stored).size }
}

async function untilObjects(bucket: Bucket, count: number, program: Program): Promise<void> {
  while (bucket.keys().length < count) {
    if (program.hasEnded) throw new Error(`it ended before there were ${count} objects: ${JSON.stringify(await program.end())}`)
    await pause(10)
  }
}

test(`${EVENTS} events to an object store that is stopped twice, and a replay that changes nothing`, async () => {
  await using bucket = await Bucket.open()
  await using staged = await StagedProgram.open({
    events: EVENTS,
    sinks: { lake: { type: 's3', ...bucket.settings, batch: BATCH, retry: RETRY } },
  })
  {
    await using program = staged.startWith(HEAP, 'run', '--once')
    for (const count of [15, 45]) {
      await untilObjects(bucket, count, program)
      await bucket.server.restart()
    }
    const { code, err } = await program.end()
    expect([code, err]).toEqual([0, expect.not.stringContaining('Warning')])
  }
  expect(differences(bucket, staged.ids)).toEqual({ wrong: [], repeats: 0 })

  const before = bucket.keys()
  await using replay = staged.start('replay', '--sink', 'lake', '--from', '2020-01-01')
  expect((await replay.end()).code).toBe(0)
  await using again = staged.start('run', '--to', '2020-01-01')
  expect((await again.end()).code).toBe(0)
  expect(bucket.keys()).toEqual(before)
  expect(differences(bucket, staged.ids)).toEqual({ wrong: [], repeats: 0 })
})

test('a kill -9 at any moment leaves no event out and none twice', async () => {
  await using bucket = await Bucket.open()
  await using staged = await StagedProgram.open({
    events: 20_000,
    // Small objects, over 200 of them: a fast run is not to be done with all before the last kill.
    sinks: { lake: { type: 's3', ...bucket.settings, batch: { ...BATCH, events_max: 100 }, concurrency: 4, retry: RETRY } },
  })
  for (let kills = 0; kills < 4; kills++) {
    await using program = staged.start('run')
    await untilObjects(bucket, bucket.keys().length + 20, program)
    program.signal('SIGKILL')
    await program.end()
  }
  await using last = staged.start('run', '--once')
  expect((await last.end()).code).toBe(0)
  expect(differences(bucket, staged.ids)).toEqual({ wrong: [], repeats: 0 })
})

test('a stop leaves a stretch that is not over to the next run', async () => {
  await using bucket = await Bucket.open()
  await using staged = await StagedProgram.open({ events: 500, sinks: { lake: { type: 's3', ...bucket.settings, batch: BATCH } } })
  await using first = staged.start('run')
  await first.until((_, err) => err.includes('runs'))
  while ((await staged.journaled()) < 500) await pause(50)
  first.signal('SIGTERM')
  expect(await first.end()).toMatchObject({ code: 0, err: expect.stringContaining('left to the next run') as string })
  expect(bucket.keys()).toEqual([])
  await using last = staged.start('run', '--once')
  expect((await last.end()).code).toBe(0)
  expect(differences(bucket, staged.ids)).toEqual({ wrong: [], repeats: 0 })
})
