import { expect, test } from 'vitest'
import { reading, stage } from '../../test/support/audit_source.ts'
import type { Batch } from '../core/batch.ts'

const MINUTE_MS = 60_000
const SAVED = { start: 0, frontier: 0, segments: [] }
const OF_ACME = { ...SAVED, organization: 'acme' }

/** An API whose answers are of the organization of the moment, which they tell unless `isTold` is false. */
function organizationStage(isTold = true) {
  const now = { organization: 'acme' }
  const staged = stage(
    query => ({
      status: 200,
      text: JSON.stringify({ data: [{ id: now.organization, effective_at: Number(query.get('effective_at[gte]')) }], has_more: false }),
      headers: isTold ? { 'openai-organization': now.organization } : {},
    }),
    { start: '1h' },
  )
  return { ...staged, now }
}

const idsOf = (batches: readonly Batch[]) => [...new Set(batches.flatMap(({ events }) => events.map(({ id }) => id)))]

// Goal: windows of another organization would count as listed in the place of those that nobody has listed.
test('answers for another organization are not taken, and reading goes on by itself when they are for the right one', async () => {
  const { clock, source, states, now } = organizationStage()
  const read = reading(source)
  await clock.advance(MINUTE_MS)
  const before = read.batches.length
  now.organization = 'other'
  await clock.advance(10 * MINUTE_MS)
  expect(read.batches.length).toBe(before)
  const error = expect.objectContaining({ code: 'openai_audit.other_organization', name: 'BlockedError' }) as Error
  expect(states.at(-1)).toMatchObject({ name: 'blocked', error })
  now.organization = 'acme'
  await clock.advance(2 * MINUTE_MS)
  await read.end()
  expect(read.batches.length).toBeGreaterThan(before)
  expect([states.at(-1)!.name, idsOf(read.batches)]).toEqual(['running', ['acme']])
  for (const { position } of read.batches) expect(position).toMatchObject({ organization: 'acme' })
})

test.each([
  ['another organization', OF_ACME, 'other', true, 'blocked', undefined],
  ['the same', OF_ACME, 'acme', true, 'running', 'acme'],
  ['one that is not told', OF_ACME, 'other', false, 'running', 'acme'],
  ['one that the position does not say', SAVED, 'other', true, 'running', 'other'],
])('after a restart, answers for %s', async (_, saved, organization, isTold, state, told) => {
  const { clock, source, states, now } = organizationStage(isTold)
  now.organization = organization
  const read = reading(source, 0, saved)
  await clock.advance(MINUTE_MS)
  await read.end()
  expect(states.at(-1)!.name).toBe(state)
  expect([...new Set(read.batches.map(({ position }) => (position as typeof OF_ACME).organization))]).toEqual(
    told === undefined ? [] : [told],
  )
})
