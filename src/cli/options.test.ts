import { expect, test } from 'vitest'
import { configWords, parseTimeMs } from './options.ts'

const NOW_MS = Date.UTC(2026, 0, 31)

test.each([
  ['1d', NOW_MS - 86_400_000],
  ['2026-01-02', Date.UTC(2026, 0, 2)],
  ['99999999w', 0],
])('the time %s', (text, ms) => expect(parseTimeMs(text, NOW_MS)).toBe(ms))

test.each([
  [['config'], ''],
  [['t.yaml', "/etc/tail race/it's.yaml"], " -c t.yaml -c '/etc/tail race/it'\\''s.yaml'"],
])('the configuration %j is named to another command', (config, words) => expect(configWords({ config })).toBe(words))
