import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { backoffMs, parseRetryAfterMs } from './backoff.ts'
import { Secret } from './secret.ts'
import { bytesText, duration, durationText, httpUrl, parseBytes, parseDurationMs, parseIsoMs } from './settings.ts'

test.each([
  ['2026-01-31', Date.UTC(2026, 0, 31)],
  ['2028-02-29T08:00:00Z', Date.UTC(2028, 1, 29, 8)],
  ['2026-01-31T08:00+02:00', Date.UTC(2026, 0, 31, 6)],
  ['2026-01-31T08:00:00', undefined],
  ['2026-01-31 08:00:00', undefined],
  ['2026-01-31 UTC', undefined],
  ['2026-02-30', undefined],
  ['2026-02-29T08:00:00Z', undefined],
  ['2026-13-01', undefined],
  ['2026-01-31T25:00:00Z', undefined],
])('the time %j', (text, ms) => expect(parseIsoMs(text)).toBe(ms))

test.each([
  ['500ms', 500],
  ['1.5s', 1500],
  ['15m', 900_000],
  ['30d', 2_592_000_000],
  ['30', undefined],
  ['-1s', undefined],
  ['', undefined],
  ['1 fortnight', undefined],
  ['1e3s', undefined],
  ['1constructor', undefined],
])('duration %s', (text, ms) => expect(parseDurationMs(text)).toBe(ms))

test.each(['0ms', '1500ms', '1s', '90s', '5m', '36h', '2w'])('the text of the duration %s is as it was', text =>
  expect(durationText(parseDurationMs(text)!)).toBe(text),
)

test.each(['0B', '1B', '1025B', '1500KB', '900KB', '5MB', '1KiB', '100MiB', '10GiB'])('the text of the size %s is as it was', text =>
  expect(bytesText(parseBytes(text)!)).toBe(text),
)

test.each([
  ['10GiB', 10_737_418_240],
  ['5MB', 5_000_000],
  ['1 KiB', 1024],
  ['0B', 0],
  ['1gib', undefined],
])('size %s', (text, size) => expect(parseBytes(text)).toBe(size))

test('a URL that paths are added to has no query', () => {
  const base = httpUrl({ isBase: true })
  expect(['https://h/v1', 'https://h/v1?x=1', 'https://h/v1#x'].map(text => base.safeParse(text).success)).toEqual([true, false, false])
  expect(httpUrl().safeParse('https://h/v1?x=1').success).toBe(true)
})

test('limits are part of the message', () => {
  expect(duration({ min: '1s', max: '10m' }).safeParse('0s').error?.issues[0]?.message).toBe('expected a duration from 1s to 10m')
  expect(httpUrl().safeParse('https://user:word@host').success).toBe(false)
})

test.each([
  ['120', 120_000],
  ['999999999', 999_999_999_000],
  ['9'.repeat(400), 36_525 * 86_400_000],
  ['1.5', 1500],
  ['30, 120', 120_000],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 59_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
  [null, undefined],
])('Retry-After %s', (header, ms) => expect(parseRetryAfterMs(header, 1000)).toBe(ms))

test('backoff grows to its bound and no further', () => {
  const policy = { initialDelayMs: 100, maxDelayMs: 1000 }
  expect([0, 1, 2, 3, 4, 5000].map(failures => backoffMs(policy, failures, 1))).toEqual([100, 200, 400, 800, 1000, 1000])
  expect(backoffMs(policy, 3, 0)).toBe(0)
})

test('a secret shows itself nowhere (invariant 6)', () => {
  const secret = Secret.literal('hunter2')
  expect(secret.reveal()).toBe('hunter2')
  for (const shown of [String(secret), JSON.stringify({ secret }), inspect(secret), inspect({ deep: { secret } }), secret.toString()]) {
    expect(shown).not.toContain('hunter2')
  }
})

test('a secret in a file follows the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'secret-'))
  const path = join(folder, 'token')
  const clock = new VirtualClock(0)
  try {
    const secret = Secret.file(path)
    expect(() => secret.reveal()).toThrow(path)
    writeFileSync(path, 'first\n')
    expect(secret.reveal()).toBe('first')
    let changed = false
    const waiting = secret.changed(clock, new AbortController().signal).then(() => {
      changed = true
    })
    await clock.advance(3000)
    expect(changed).toBe(false)
    writeFileSync(`${path}.new`, 'second')
    renameSync(`${path}.new`, path)
    await clock.advance(1000)
    await waiting
    expect(secret.reveal()).toBe('second')
    writeFileSync(path, ' \n')
    expect(() => secret.reveal()).toThrow('empty')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
