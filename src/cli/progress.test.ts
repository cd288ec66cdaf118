import { expect, test } from 'vitest'
import { reading, stage } from '../../test/support/audit_source.ts'
import { SILENT_METER } from '../service/meter.ts'
import { Progress } from './progress.ts'

const KEY = { source: 'acme', stream: 'organization' }

test('a backfill shows its share, rate and rest, and nothing once it is done', () => {
  let nowMs = 100_000_000
  const progress = new Progress(() => nowMs)
  const meter = progress.listening(SILENT_METER)
  const left = (seconds: number) => meter.set('tailrace_source_backfill_seconds', KEY, seconds)
  expect(progress.line()).toBeUndefined()
  left(10_000)
  expect(progress.line()).toMatch(/^acme\/organization {2}░{24} 0 % {2}0 events {2}0\/s$/)
  for (let second = 0; second < 20; second++) {
    nowMs += 1000
    meter.add('tailrace_source_received_events_total', KEY, 1500)
    progress.line()
  }
  left(5000)
  expect(progress.line()).toBe('acme/organization  ████████████░░░░░░░░░░░░ 50 %  30,000 events  1,500/s  ETA 20 s')
  left(0)
  expect(progress.line()).toBeUndefined()
  left(400)
  expect(progress.line()).toContain(' 0 % ')
})

test('the source tells how much of the past is left, until nothing is', async () => {
  const progress = new Progress(() => 0)
  const shown: (string | undefined)[] = []
  const meter = progress.listening({ ...SILENT_METER, set: () => void shown.push(progress.line()) })
  const { clock, source } = stage(() => ({ status: 200, text: '{"data":[],"has_more":false}' }), { start: '30d' }, meter)
  const read = reading(source)
  await clock.advance(60_000)
  await read.end()
  expect(shown[0]).toContain(' 0 % ')
  expect(shown.filter(line => line !== undefined).length).toBeGreaterThan(4)
  expect(progress.line()).toBeUndefined()
})
