import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exampleRegistry } from '../../test/support/registry.ts'
import { Secret } from '../toolkit/secret.ts'
import { checkConfig, loadConfig } from './load.ts'
import { nearest } from './nearest.ts'

const MINIMAL = `
sources:
  acme: {type: example_api, api_key: k}
sinks:
  hec: {type: example_hec, url: https://h, token: t}
`
const registry = exampleRegistry()
const check = (text: string, env = {}) => checkConfig([{ name: 't.yaml', text }], { registry, env })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('defaults stand where nothing is written', () => {
  const { journal, service, sources, sinks } = check(MINIMAL)
  expect(journal).toMatchObject({ type: 'sqlite', path: 'data/journal.db', max_bytes: 10 * 2 ** 30, retention: 30 * 86_400_000 })
  expect(service).toMatchObject({ shutdown_timeout: 60_000, admin: { enabled: true, listen: { host: '127.0.0.1', port: 8686 } } })
  expect(sources[0]?.own).toMatchObject({ page_size: 100, poll_interval: 15_000 })
  expect(sinks[0]?.settings).toMatchObject({ format: 'ecs', concurrency: 4, batch: { events_max: 500, timeout: 1000 } })
  expect(Object.keys(sinks[0]?.own ?? {})).toEqual(['url', 'token', 'index', 'acknowledge', 'fields'])
})

test('a variable may be a number, a boolean, a default, a part of a text, and characters', () => {
  const text = `
sources:
  acme:
    type: example_api
    api_key: "\${KEY}"
    page_size: \${SIZE}
    tenant_events: \${TENANT:-true}
    base_url: "https://\${HOST:-h.example}" # \${NOT_SET}
    event_types: ["$\${literal}"]
sinks:
  hec: {type: example_hec, url: https://h, token: t, index: "\${SIZE}"}
`
  const { sources, sinks } = check(text, { KEY: '123', SIZE: '50', HOST: '' })
  expect(sources[0]?.own).toMatchObject({ page_size: 50, tenant_events: true, event_types: ['${literal}'] })
  expect(String(sources[0]?.own.base_url)).toBe('https://h.example/')
  expect((sources[0]!.own.api_key as Secret).reveal()).toBe('123')
  expect(sinks[0]?.own.index).toBe('50')
})

test('a secret in a file stays live; any other setting is read from its file at the start', () => {
  const file = join(folder, 'value')
  writeFileSync(file, '25\n')
  const text = `
sources:
  acme: {type: example_api, api_key: "\${file:${file}}", page_size: "\${file:${file}}"}
sinks:
  hec: {type: example_hec, url: https://h, token: "\${file:/nowhere}", index: "i-\${file:${file}}"}
`
  const { sources, sinks } = check(text)
  const key = sources[0]!.own.api_key as Secret
  expect(key).toBeInstanceOf(Secret)
  expect(key.reveal()).toBe('25')
  writeFileSync(file, 'rotated')
  expect(key.reveal()).toBe('rotated')
  expect(sources[0]?.own.page_size).toBe(25)
  expect(sinks[0]?.own.index).toBe('i-25')
})

test('a section with nothing under it adds nothing', () => {
  expect(check(`${MINIMAL}tests:\njournal:\nservice:\n`)).toMatchObject({ tests: [], journal: { type: 'sqlite' } })
})

test('an anchor may be used again', () => {
  const { sinks } = check(
    `${MINIMAL}  second: {type: example_hec, url: https://h, token: t, batch: &b {events_max: 7}}\n  third: {type: example_hec, url: https://h, token: t, batch: *b}\n`,
  )
  expect(sinks.map(({ settings }) => settings.batch.events_max)).toEqual([500, 7, 7])
})

test('a bomb of aliases ends at a limit, in one message', () => {
  const bomb = ['a: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 9; level++)
    bomb.push(
      `b${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    )
  expect(() => check(`${MINIMAL}\n${bomb.join('\n')}`)).toThrow(/at most 100000 values/)
})

test('a depth without end is told as such', () =>
  expect(() => check(`${MINIMAL}x: ${'['.repeat(5000)}`)).toThrow(/^t.yaml:6:\d+ {2}this is nested more deeply than any setting$/))

test('the path of a problem counts the entries of a list by numbers', () => {
  const text =
    'sources: {s: {type: example_api, api_key: k}}\nsinks: {out: {type: example_hec, url: https://h, token: t, redact: [{paths: [type], action: mask}]}}\n'
  expect(() => check(text)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ path: ['sinks', 'out', 'redact', 0, 'paths', 0] })] }),
  )
})

test('folders and files together are one configuration, and each file is read once', () => {
  mkdirSync(join(folder, 'more'))
  writeFileSync(join(folder, 'a.yaml'), MINIMAL)
  writeFileSync(join(folder, 'b.yml'), 'sinks:\n  other: {type: example_hec, url: https://h, token: t}\n')
  writeFileSync(join(folder, 'notes.txt'), '%')
  writeFileSync(join(folder, 'more', 'c.yaml'), 'service: {log: {level: debug}}\n')
  const again = [join(folder, 'a.yaml'), `${folder}/./a.yaml`, relative(process.cwd(), join(folder, 'b.yml'))]
  const config = loadConfig([folder, join(folder, 'more', 'c.yaml'), ...again], { registry, env: {} })
  expect(config.files).toEqual(['a.yaml', 'b.yml', 'more/c.yaml'].map(name => join(folder, name)))
  expect(config.sinks.map(({ id }) => id)).toEqual(['hec', 'other'])
  expect(config.service.log.level).toBe('debug')
})

test('every file that can not be read is named', () => {
  mkdirSync(join(folder, 'empty'))
  writeFileSync(join(folder, 'binary.yaml'), Buffer.from([65, 0, 66]))
  writeFileSync(join(folder, 'latin1.yaml'), Buffer.from([65, 0xe9, 66]))
  const paths = ['nothing.yaml', 'empty', 'binary.yaml', 'latin1.yaml'].map(name => join(folder, name))
  expect(() => loadConfig(paths, { registry, env: {} })).toThrow(
    [
      `${paths[0]}  there is no such file or folder`,
      `${paths[1]}  this folder holds no *.yaml and no *.yml file`,
      `${paths[2]}  can not be read: it is no text: it holds a zero byte`,
      `${paths[3]}  can not be read: it is no text in UTF-8`,
    ].join('\n'),
  )
})

test.each([
  ['acknowlege', ['acknowledge', 'token'], 'acknowledge'],
  ['Token', ['url', 'token'], 'token'],
  ['tkoen', ['url', 'token'], 'token'],
  ['splunk', ['kafka', 'splunk_hec'], 'splunk_hec'],
  ['warning', ['info', 'warn'], 'warn'],
  ['openai', ['openai_audit', 'openai_organization_logs'], undefined],
  ['ab', ['abcdef'], undefined],
  ['banana', ['url', 'token'], undefined],
  ['x', ['y'], 'y'],
])('the name nearest to %s', (name, allowed, meant) => expect(nearest(name, allowed)).toBe(meant))
