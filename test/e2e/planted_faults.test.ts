import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const SEEDS = 60

interface Fault {
  readonly name: string
  /** The source that the simulation reads through; `openai_audit` otherwise. */
  readonly source?: 'openai_organization_logs'
  readonly file: string
  readonly edits: readonly (readonly [find: string, replace: string])[]
}

const FAULTS: readonly Fault[] = [
  {
    name: 'a position is committed before its batch is delivered',
    file: 'src/engine/commit_window.ts',
    edits: [
      ['  await Promise.allSettled([previous, delivered])', '  await Promise.allSettled([previous])'],
      ['  await delivered\n  await commit()', '  await commit()\n  await delivered'],
    ],
  },
  {
    name: 'positions are committed in the order of delivery',
    file: 'src/engine/commit_window.ts',
    edits: [
      ['  await Promise.allSettled([previous, delivered])', '  await Promise.allSettled([delivered])'],
      ['  await previous\n', ''],
    ],
  },
  { name: 'halving drops a half', file: 'src/engine/deliver.ts', edits: [['    await deliver(events.slice(middle), signal)\n', '']] },
  {
    name: 'a refused event is no dead letter',
    file: 'src/engine/deliver.ts',
    edits: [['if (rejected.length > 0) await options.deadLetter(rejected, signal)', '']],
  },
  {
    name: 'what is deferred is forgotten',
    file: 'src/engine/deliver.ts',
    edits: [['    return deferred\n', '    return deferred.slice(0, 0)\n']],
  },
  {
    name: 'a failed write counts as delivered',
    file: 'src/engine/deliver.ts',
    edits: [
      [
        '          await waitAfter(outcome, failures++, signal)\n          continue',
        '          await waitAfter(outcome, failures++, signal)\n          return',
      ],
    ],
  },
  {
    name: 'the first part of a split batch carries its position',
    file: 'src/engine/pack.ts',
    edits: [
      [
        'if (open.isFullFor(bytes, options)) yield take(positionAfter?.(index))',
        'if (open.isFullFor(bytes, options)) yield take(position)',
      ],
    ],
  },
  { name: 'gt for gte', file: 'src/sources/openai_audit/query.ts', edits: [["'effective_at[gte]'", "'effective_at[gt]'"]] },
  {
    name: 'repeats are forgotten at a restart',
    file: 'src/paging/known_ids.ts',
    edits: [['known.#timeS.set(id, Math.min(toS, frontierS))', 'known.#timeS.delete(id)']],
  },
  {
    name: 'the frontier moves before its window is listed',
    file: 'src/paging/live_tail.ts',
    edits: [
      ['const frontierS = Math.max(position.frontierS, toS)', 'const frontierS = Math.floor(client.now() / 1000) + 600'],
      ['asPolled(position, client.now()).frontierS', 'position.frontierS'],
      ['this.#swept(Math.min(toS, this.#reading.unlistedToS ?? toS))', 'this.#swept(frontierS)'],
    ],
  },
  {
    name: 'the overlap is not listed again',
    file: 'src/paging/live_tail.ts',
    edits: [['sinceS - overlapS', 'frontierS']],
  },
  {
    name: 'a sweep leaves out what the past is still to list',
    file: 'src/paging/live_tail.ts',
    edits: [['isSweep ? unlistedToS : pastToS', 'pastToS']],
  },
  {
    name: 'late events are never swept',
    file: 'src/paging/live_tail.ts',
    edits: [['startedMs >= this.#nextSweepMs', 'startedMs < 0']],
  },
  {
    name: 'a sweep leaves out what the time since the last one has pushed from the overlap',
    file: 'src/paging/live_tail.ts',
    edits: [['isSweep ? Math.min(frontierS, sweptS) : frontierS', 'frontierS']],
  },
  {
    name: 'a listing ends with its first page',
    file: 'src/sources/openai_audit/listing.ts',
    edits: [['if (this.#isEnough(page) || this.#isLast(page)) return', 'if (page.order !== undefined) return']],
  },
  {
    name: 'windows of the past leave a second out',
    file: 'src/sources/openai_audit/backfill.ts',
    edits: [['fromS: this.#plannedToS,', 'fromS: this.#plannedToS + 1,']],
  },
  {
    name: 'the past is called listed too early',
    file: 'src/paging/position.ts',
    edits: [['{ ...first, nextS: listedToS }', '{ ...first, nextS: listedToS + 7200 }']],
  },
  {
    name: 'a part of the past ends within a second',
    source: 'openai_organization_logs',
    file: 'src/sources/openai_organization_logs/stretch.ts',
    edits: [['Math.floor(this.#oldestS) + 1', 'Math.floor(this.#oldestS)']],
  },
  {
    name: 'what was listed beyond a part is forgotten',
    source: 'openai_organization_logs',
    file: 'src/sources/openai_organization_logs/past.ts',
    edits: [['descent.forget(older)', 'descent.forget([])']],
  },
  {
    name: 'the place to go on from is the end of the last page',
    source: 'openai_organization_logs',
    file: 'src/sources/openai_organization_logs/past.ts',
    edits: [['newer.findLast(({ id }) => id !== undefined)?.id', 'descent.page.elements.at(-1)?.id']],
  },
]

const folder = mkdtempSync(join(tmpdir(), 'planted-'))
afterAll(() => rmSync(folder, { recursive: true }))
for (const part of ['src', 'test/simulation', 'test/support', 'package.json'])
  cpSync(join(ROOT, part), join(folder, part), { recursive: true })
symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))

/** The exit code of the simulation in the copied tree: 0, or 2 when it saw an invariant broken. */
function simulation(source = 'openai_audit'): Promise<number | null> {
  const args = ['test/simulation/main.ts', '--seeds', String(SEEDS), '--source', source]
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' })
  return new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve))
}

test.each(['openai_audit', 'openai_organization_logs'])('without a fault the simulation of %s sees none', async source => {
  expect(await simulation(source)).toBe(0)
})

test.each(FAULTS)('the simulation notices: $name', async ({ file, edits, source }) => {
  const path = join(folder, file)
  const sound = readFileSync(path, 'utf8')
  try {
    let broken = sound
    for (const [find, replace] of edits) {
      expect(broken.split(find), `"${find}" stands once in ${file}`).toHaveLength(2)
      broken = broken.replace(find, replace)
    }
    writeFileSync(path, broken)
    expect(await simulation(source)).toBe(2)
  } finally {
    writeFileSync(path, sound)
  }
})
