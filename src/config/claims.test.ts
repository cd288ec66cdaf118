import { expect, test } from 'vitest'
import { REGISTRY } from '../registry.ts'
import { checkConfig } from './load.ts'

const SOURCE = '{type: openai_audit, api_key: k}'
const said = (sinks: string) => {
  try {
    checkConfig([{ name: 't.yaml', text: `sources:\n  acme: ${SOURCE}\n  security: ${SOURCE}\nsinks:\n${sinks}` }], {
      registry: REGISTRY,
      env: {},
    })
    return 'accepted'
  } catch (error) {
    return (error as Error).message
  }
}

test('two file sinks that name the same file are refused at the later one; what they are sent counts', () => {
  expect(said('  all: {type: file, path: "/d/{source}.ndjson"}\n  one: {type: file, path: /d/security.ndjson}\n')).toBe(
    "t.yaml:6:27  sinks.one.path: can name a file of the sink all, and each would close and remove the other's: give it a folder of its own",
  )
  expect(said('  all: {type: file, inputs: [acme], path: "/d/{source}.ndjson"}\n  one: {type: file, path: /d/security.ndjson}\n')).toBe(
    'accepted',
  )
  expect(said('  all: {type: file, path: "/d/{source}.ndjson"}\n  one: {type: stdout}\n')).toBe('accepted')
})

test.each(REGISTRY.sources.map(spec => [spec.type, spec] as const))('%s names every stream it may have', async (_, spec) => {
  const quiet = () => {}
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  const clock = { now: () => 0, elapsed: () => 0, random: () => 0, sleep: async () => {} }
  const settings = { api_key: 'k', ...('tenant_events' in spec.config.shape && { tenant_events: true }) }
  const context = { id: 's', clock, logger, meter: { add: quiet, set: quiet, observe: quiet }, report: quiet }
  await using source = await spec.create(spec.config.parse(settings), context)
  expect(spec.streams).toEqual(source.streams.map(({ name }) => name))
})
