import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/errors.md'), 'utf8')
const rows = page
  .matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)
  .map(([, code, done]) => ({ code: code!, done: done! }))
  .toArray()
const SINKS = /^(datadog|elasticsearch|file|http|kafka|otlp|s3|splunk_hec|stdout)\./

// Goal: who looks a code up finds one answer.
test('every error code has one row', () => {
  const codes = rows.map(({ code }) => code)
  expect(codes.length).toBeGreaterThan(50)
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([])
})

test('what a sink does with a code of its own is what every sink does with that code', () => {
  const ofAll = new Map(rows.map(({ code, done }) => [code, done.replace(/^.* Of a sink: /, '')]))
  const own = rows.filter(({ code }) => SINKS.test(code))
  expect(own.length).toBeGreaterThan(30)
  const general = ({ code }: { code: string }) => ofAll.get(code.replace(SINKS, '<component>.'))
  expect(own.filter(row => general(row) !== undefined && general(row) !== row.done)).toEqual([])
})
