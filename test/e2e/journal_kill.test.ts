import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { drain, KEY } from '../support/journals.ts'
import { journalFolder } from '../support/sqlite_journal.ts'

const KILLS = 10

interface Acknowledged {
  readonly count: number
  readonly sink?: number
}

/** Starts a writer, kills it with -9 once it has acknowledged some more, and gives the last it said. */
async function killedWriter(path: string, acknowledgements: number): Promise<Acknowledged> {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'journal_writer.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let last: Acknowledged = { count: 0 }
  let heard = 0
  for await (const line of createInterface({ input: child.stdout! })) {
    last = JSON.parse(line) as Acknowledged
    if (++heard === acknowledgements) child.kill('SIGKILL')
  }
  expect(await exited).toEqual([null, 'SIGKILL'])
  return last
}

test(`after kill -9, ${KILLS} times, everything acknowledged is there, once, and the position agrees`, async () => {
  using place = journalFolder()
  for (let kill = 0; kill < KILLS; kill++) {
    const acknowledged = await killedWriter(place.path, 1 + kill * 17)
    await using journal = await place.open({ sinks: ['s'] })
    const head = (await journal.head()) as number
    expect(head).toBeGreaterThanOrEqual(acknowledged.count)
    expect(await journal.streamPosition(KEY)).toBe(head)
    expect((await journal.sinkPosition('s')) ?? 0).toBeGreaterThanOrEqual(acknowledged.sink ?? 0)
    const numbers = (await drain(journal)).flatMap(({ events }) => events.map(({ body }) => body.n))
    expect(numbers).toEqual(Array.from({ length: head }, (_, n) => n))
  }
})

test('a second process is refused while the first one lives, and let in once it was killed', async () => {
  using place = journalFolder()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'journal_writer.ts'), place.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  await expect(place.open()).rejects.toMatchObject({ code: 'journal.locked' })
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  await using journal = await place.open()
  expect(await journal.head()).toBeGreaterThan(0)
})
