import { expect, test } from 'vitest'
import { simulate } from './simulate.ts'

const SEEDS = Number(process.env.SIMULATION_SEEDS ?? 30)
const FIRST = Number(process.env.SIMULATION_FIRST_SEED ?? 1)

// Goal: a list that knows no times and forgets cursors, kills at any await, late events, ties: nothing is lost.
test(`${SEEDS} seeds keep the invariants without times to ask for`, { timeout: 600_000 }, async () => {
  const failed: string[] = []
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const violations = await simulate(seed, 'openai_organization_logs')
    if (violations.length > 0) failed.push(`seed ${seed}: ${violations.slice(0, 3).join('; ')}`)
  }
  expect(failed).toEqual([])
})
