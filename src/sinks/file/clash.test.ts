import { expect, test } from 'vitest'
import { fileClash } from './clash.ts'
import { fileConfig } from './config.ts'

const claim = (path: string, ...sources: string[]) => ({
  id: 'other',
  config: fileConfig.parse({ path }),
  streams: sources.flatMap(source => ['organization', 'tenant'].map(stream => ({ source, stream }))),
})

test.each([
  ['/d/{source}.ndjson', '/d/security.ndjson', true],
  ['/d/{source}.ndjson', '/d/audit.ndjson', false],
  ['/d/{source}.ndjson', '/d/security.0001.ndjson', true],
  ['/d/{source}.ndjson', '/d/security.12345.ndjson.gz', true],
  ['/d/{source}.ndjson', '/d/security.001.ndjson', false],
  ['/d/audit.ndjson', '/d/audit.ndjson', true],
  ['/d/audit.ndjson', '/d/./x/../audit.ndjson', true],
  ['/d/audit.ndjson', '/d/audit.%Y.ndjson', true],
  ['/d/audit.ndjson', '/d/audit.%Y%m%d.ndjson', true],
  ['/d/audit.ndjson', '/d/audit-%Y.ndjson', false],
  ['/d/audit-%Y-%m.ndjson', '/d/audit-2026-01.ndjson', true],
  ['/d/%Y%m/audit.ndjson', '/d/%Y%H/audit.ndjson', true],
  ['/d/audit.%Y.ndjson', '/d/audit.%Y%m%d.ndjson', false],
  ['/d/audit.ndjson', '/d/audit.json', false],
  ['/d/{source}/a.log', '/d/{stream}/a.log', false],
  ['/d/{source}-{stream}.log', '/d/security-{stream}.log', true],
  ['/d/{stream}.log', '/d/tenant.log', true],
] as const)('%s and %s: %j', (a, b, clashes) => {
  const [one, two] = [claim(a, 'acme', 'security'), claim(b, 'acme', 'security')]
  expect([fileClash(one, two)?.path, fileClash(two, one)?.path]).toEqual(clashes ? [['path'], ['path']] : [undefined, undefined])
})

test('sinks with other sources have other files', () => {
  const [one, two] = [claim('/d/{source}.ndjson', 'acme'), claim('/d/globex.ndjson', 'globex')]
  expect(fileClash(one, two)).toBeUndefined()
  expect(fileClash(claim('/d/{source}.ndjson', 'globex'), two)?.message).toContain('a file of the sink other')
})
