import { expect, test } from 'vitest'
import { simulate } from './simulate.ts'

const SEEDS = Number(process.env.SIMULATION_SEEDS ?? 200)
const FIRST = Number(process.env.SIMULATION_FIRST_SEED ?? 1)

// Goal: kills at any await, late events, ties, failing requests and a destination that answers in part lose nothing.
test(`${SEEDS} seeds keep the invariants`, { timeout: 600_000 }, async () => {
  const failed: string[] = []
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const violations = await simulate(seed)
    if (violations.length > 0) failed.push(`seed ${seed}: ${violations.slice(0, 3).join('; ')}`)
  }
  expect(failed).toEqual([])
})
