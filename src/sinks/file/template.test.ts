import { expect, test } from 'vitest'
import { activePath, numberedPath, pathTemplate, templateFault } from './template.ts'

const AT_MS = Date.UTC(2026, 0, 2, 3, 4)
const SERIES = { source: 'acme', stream: 'organization' }
const templateOf = (text: string) => pathTemplate(text, [SERIES, { source: 'acme-eu', stream: 'tenant' }])

test.each([
  ['out/{source}/audit-%Y-%m-%d.ndjson', 'out', 2, 'day', 'out/acme/audit-2026-01-02.ndjson'],
  ['/var/log/{source}-{stream}/%Y/%m/%d/%H.log', '/var/log', 5, 'hour', '/var/log/acme-organization/2026/01/02/03.log'],
  ['audit.ndjson', '.', 1, undefined, 'audit.ndjson'],
  ['./out/audit', 'out', 1, undefined, 'out/audit'],
  ['/audit-%Y.ndjson', '/', 1, undefined, '/audit-2026.ndjson'],
  ['out/{source}.ndjson', 'out', 1, undefined, 'out/acme.ndjson'],
  ['out/{source}', 'out', 1, undefined, 'out/acme'],
  ['out/{source}.%Y.ndjson', 'out', 1, undefined, 'out/acme.2026.ndjson'],
  ['out/{stream}.d/{source}-{stream}.log', 'out', 2, undefined, 'out/organization.d/acme-organization.log'],
] as const)('%s', (text, base, depth, period, path) => {
  const template = templateOf(text)
  const series = template.seriesOf(SERIES)
  expect([template.base, template.depth, template.period]).toEqual([base, depth, period])
  expect(template.pathOf(series, AT_MS)).toBe(path)
  const numbered = numberedPath(path, 12)
  const plain = { series, isGzip: false, isPartial: false }
  expect(template.match(path)).toEqual({ ...plain, path, number: undefined })
  expect(template.match(numbered)).toEqual({ ...plain, path: numbered, number: 12 })
  expect(template.match(`${numbered}.gz`)).toEqual({ ...plain, path: `${numbered}.gz`, number: 12, isGzip: true })
  expect(template.match(`${numbered}.gz.partial`)).toMatchObject({ number: 12, isPartial: true })
  expect(activePath(template.match(`${numbered}.gz`)!)).toBe(path)
})

test.each([
  'out/acme/audit-2026-01-02.ndjson.gz',
  'out/acme/audit-26-01-02.ndjson',
  'out/acme/notes.txt',
  'out/audit-2026-01-02.ndjson',
  'out/nginx/audit-2026-01-02.ndjson',
])('%s is not ours', path => {
  expect(templateOf('out/{source}/audit-%Y-%m-%d.ndjson').match(path)).toBeUndefined()
})

test.each(['nginx.log', 'nginx.0001.log', 'acme-tenant.log', 'acme-eu-organization.log', 'acme-eu.log'])(
  '%s is of no stream of ours',
  name => {
    expect(templateOf('out/{source}-{stream}.log').match(`out/${name}`)).toBeUndefined()
  },
)

test('a lock is not ours', () => {
  expect(templateOf('out/{source}').match('out/._source_.lock')).toBeUndefined()
})

test('a name that is not ours to choose stays one part of a path', () => {
  const template = templateOf('out/{source}/{stream}.ndjson')
  const path = template.pathOf(template.seriesOf({ source: '../..', stream: '..' }), AT_MS)
  expect(path).toBe('out/_.._../_...ndjson')
})

test.each([
  ['out/{org}/a.ndjson', '{org} is no placeholder'],
  ['out/{source/a.ndjson', 'is no placeholder'],
  ['out/%B.ndjson', '%B is no placeholder'],
  ['out/', 'not of a folder'],
  ['out/%m-%d.ndjson', 'add %Y'],
])('%s: %s', (text, fault) => {
  expect(templateFault(text)).toContain(fault)
})
