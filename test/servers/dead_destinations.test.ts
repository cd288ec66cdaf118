import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { REGISTRY } from '../../src/registry.ts'
import { PROGRAM_BYTES, sinkMemoryBytes } from '../../tools/docs/sink_memory.ts'
import { readBooks } from '../support/books.ts'
import { type Death, deadPort, fileNowhere, sinksAt } from '../support/dead_destinations.ts'
import { temporaryFolder } from '../support/folder.ts'
import { probe, probed } from '../support/memory.ts'
import type { Program } from '../support/program.ts'
import { StagedProgram } from './staged_program.ts'

const MORE = 20_000
/** The memory limit of a container by the chart, and what V8 takes of such a one for its heap. */
const RESIDENT_BYTES_MAX = 512 * 2 ** 20
const HEAP = '--max-old-space-size=256'
/** The journal knows each of its rows, the source the ids of its overlap. */
const GROWTH_BYTES_MAX = 32 * 2 ** 20

async function untilReceived(count: number, staged: StagedProgram, program: Program): Promise<void> {
  while (((await readBooks(staged.admin))?.received ?? 0) < count) {
    if (program.hasEnded) throw new Error(`it ended:\n${program.err}`)
    await pause(100)
  }
}

/** Events of now, which the source finds at its next look. */
function addMore({ simulator }: StagedProgram): void {
  const nowS = Math.floor(Date.now() / 1000)
  const texts = simulator.events()
  const like = (index: number) => JSON.parse(texts[index % texts.length]!) as JsonObject
  simulator.add(...Array.from({ length: MORE }, (_, index) => ({ ...like(index), id: `more-${index}`, effective_at: nowS })))
}

const types = Object.keys(sinksAt(0))
const cases = types.flatMap(type => (['refusing', 'hanging'] as const satisfies readonly Death[]).map(death => [type, death] as const))

// Goal: issue 5, "Memory of each sink under a dead destination: flat, under its stated budget".
test.concurrent.each(cases)('%s, %s: memory stays within the budget and does not grow with what waits', async (type, death) => {
  await using port = await deadPort(death)
  await expectBounded({ [type]: sinksAt(port.port)[type]! })
})

test.concurrent('file, its folder missing: memory stays within the budget and does not grow with what waits', async () => {
  using folder = temporaryFolder()
  await expectBounded({ file: fileNowhere(folder.path) })
})

test('all at once: they fit into the container of the chart', async () => {
  await using port = await deadPort('refusing')
  await expectBounded(sinksAt(port.port))
})

/** Sinks by their type. */
async function expectBounded(sinks: Readonly<Record<string, object>>): Promise<void> {
  const specs = REGISTRY.sinks.filter(({ type }) => Object.hasOwn(sinks, type))
  // More than fits into the batches of the sinks, and into what the journal keeps of the newest.
  const history = Math.max(25_000, ...specs.map(({ concurrency, batch }) => Math.ceil(1.3 * (concurrency + 1) * batch.eventsMax)))
  await using staged = await StagedProgram.open({ events: history, sinks, source: { poll_interval: '1s' } })
  await using program = staged.startWith(probed(HEAP), 'run')
  await untilReceived(history, staged, program)
  const before = await probe(program)
  addMore(staged)
  await untilReceived(history + MORE, staged, program)
  const after = await probe(program)
  const books = (await readBooks(staged.admin))!
  for (const { type } of specs) expect(books.sinks[type]).toMatchObject({ delivered: 0, deadLettered: 0, waiting: books.received })
  expect(after.liveBytes).toBeLessThan(PROGRAM_BYTES + specs.reduce((sum, spec) => sum + sinkMemoryBytes(spec), 0))
  expect(after.liveBytes - before.liveBytes).toBeLessThan(GROWTH_BYTES_MAX)
  expect(Math.max(before.residentBytes, after.residentBytes)).toBeLessThan(RESIDENT_BYTES_MAX)
}
