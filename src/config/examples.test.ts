import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { REGISTRY } from '../registry.ts'
import { checkConfig, loadConfig } from './load.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Whatever an example takes from the environment is there. */
const ENV = new Proxy({}, { get: () => 'https://from.environment' })

test('the configuration that is shipped is valid: one source, and a sink of its name in every other file', () => {
  const { sources, sinks } = loadConfig([join(ROOT, 'config')], { registry: REGISTRY, env: { OPENAI_ADMIN_KEY: 'k' } })
  const files = readdirSync(join(ROOT, 'config')).flatMap(name =>
    name.endsWith('.yaml') && name !== 'tailrace.yaml' ? [name.slice(0, -5)] : [],
  )
  expect([sources.map(({ id }) => id), sinks.map(({ id }) => id).toSorted()]).toEqual([['acme'], files.toSorted()])
  expect(new Set(sinks.map(({ spec }) => spec.type))).toEqual(new Set(REGISTRY.sinks.map(({ type }) => type)))
})

const settings = (yaml: string) => yaml.replace(/^(?=.)/gm, '    ')
const SOURCE = `sources:\n  s:\n    type: openai_audit\n    api_key: k\n`
const SINK = `sinks:\n  d:\n    type: stdout\n`

test.each([
  ...REGISTRY.sources.flatMap(({ type, examples }) =>
    examples.map(({ title, yaml }) => [type, title, `${SINK}sources:\n  s:\n    type: ${type}\n${settings(yaml)}`] as const),
  ),
  ...REGISTRY.sinks.flatMap(({ type, examples }) =>
    examples.map(({ title, yaml }) => [type, title, `${SOURCE}sinks:\n  d:\n    type: ${type}\n${settings(yaml)}`] as const),
  ),
])('the example of %s, "%s", is valid', (_, __, text) => {
  checkConfig([{ name: 'example.yaml', text }], { registry: REGISTRY, env: ENV })
})

test.each([...REGISTRY.sources, ...REGISTRY.sinks].map(spec => [`docs/${spec.kind}s/${spec.type}.md`, spec] as const))(
  '%s writes every value as YAML has to have it',
  (page, { config }) => {
    const rows = readFileSync(join(ROOT, page), 'utf8').matchAll(/^\| `tls\.min_version` \| (.*?) \| `(.*?)` \|/gm)
    const tls = z.object(config.shape).shape.tls as z.ZodType | undefined
    for (const [, values, preset] of rows) {
      for (const [, value] of `${values} \`${preset}\``.matchAll(/`(.*?)`/g)) tls!.parse({ min_version: parse(value!) as unknown })
    }
  },
)

test('no setting of a component has the name of a setting that all have', () => {
  const common = ['type', 'inputs', 'format', 'severity', 'batch', 'concurrency', 'retry', 'organization', 'include_original', 'ecs']
  const clashes = [...REGISTRY.sources, ...REGISTRY.sinks].flatMap(({ type, config }) =>
    Object.keys(config.shape)
      .filter(key => common.includes(key))
      .map(key => `${type}.${key}`),
  )
  expect(clashes).toEqual([])
})
