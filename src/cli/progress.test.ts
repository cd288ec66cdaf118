import { expect, test } from 'vitest'
import { SILENT_METER } from '../service/meter.ts'
import { Progress } from './progress.ts'

const KEY = { source: 'acme', stream: 'organization' }

test('a backfill shows its share, rate and rest, and nothing once it is at the head', () => {
  let nowMs = 100_000_000
  const progress = new Progress(() => nowMs, undefined)
  const meter = progress.listening(SILENT_METER)
  const frontier = (agoS: number) => meter.set('tailrace_source_frontier_seconds', KEY, nowMs / 1000 - agoS)
  expect(progress.line()).toBeUndefined()
  frontier(10_000)
  expect(progress.line()).toMatch(/^acme\/organization {2}░{24} 0 % {2}0 events {2}0\/s$/)
  for (let second = 0; second < 20; second++) {
    nowMs += 1000
    meter.add('tailrace_source_received_events_total', KEY, 1500)
    progress.line()
  }
  frontier(5010)
  expect(progress.line()).toBe('acme/organization  ████████████░░░░░░░░░░░░ 50 %  30,000 events  1,500/s  ETA 20 s')
  frontier(60)
  expect(progress.line()).toBeUndefined()
})

test('the end of a bounded run is its bound', () => {
  const progress = new Progress(() => 10_000_000, 5_000_000)
  const meter = progress.listening(SILENT_METER)
  meter.set('tailrace_source_frontier_seconds', KEY, 1000)
  meter.set('tailrace_source_frontier_seconds', KEY, 2000)
  expect(progress.line()).toContain(' 25 % ')
})
