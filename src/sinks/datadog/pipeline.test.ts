import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { describe, expect, test } from 'vitest'
import { flattened, pipelineSchema, processed, sourcesOf } from '../../../test/datadog/pipeline.ts'
import { ACTORS, bodyOf, CLOCK, oneOfEach, payloadOf, received } from '../../../test/mapping/events.ts'
import { FORMATS } from '../../../test/mapping/formats.ts'
import type { LogEvent } from '../../core/event.ts'
import type { JsonValue } from '../../core/json.ts'
import { createRawMapper } from '../../mappers/raw/index.ts'
import { SEVERITY_NAMES } from '../../record/severity.ts'
import { TABLE } from '../../record/table.ts'
import { createEncoder } from './encode.ts'

const FILE = new URL('../../../assets/datadog/pipeline.json', import.meta.url)
const PIPELINE = pipelineSchema.parse(JSON.parse(readFileSync(FILE, 'utf8')))
const FAILED = bodyOf(
  { type: 'domain.verification.failed', payload: { error_code: 'dns', error_message: 'No record.' } },
  'audit_log-failed',
)
const EVENTS = [
  ...oneOfEach(),
  received(FAILED),
  ...TABLE.map(({ type }) => received(bodyOf({ type, actor: ACTORS.session, payload: payloadOf(type) }, `audit_log-${type}`))),
]
/** Each severity, whatever the table says. */
const severity = Object.fromEntries(TABLE.map(({ type }, index) => [type, SEVERITY_NAMES[index % SEVERITY_NAMES.length]!]))
const FORMS = [
  { name: 'raw', map: createRawMapper() },
  ...FORMATS.filter(({ name }) => name !== 'ecs_flattened').map(({ name, create }) => ({ name, map: create({ clock: CLOCK, severity }) })),
].map(({ name, map }) => {
  const encode = createEncoder({ format: name.split('_')[0]!, ddsource: 'openai', service: 's', ddtags: [] })
  return { name, write: (event: LogEvent) => encode(map(event), event.timeMs) }
})
const native = FORMS.find(({ name }) => name === 'datadog')!

test('what the pipeline reads from is in the logs, or made by it', () => {
  const names = new Set(FORMS.flatMap(({ write }) => EVENTS.flatMap(event => [...flattened(write(event)).keys()])))
  const made = PIPELINE.processors.flatMap(step => ('target' in step ? [step.target] : []))
  expect(sourcesOf(PIPELINE).filter(name => !names.has(name) && !made.includes(name))).toEqual([])
})

// Goal: whatever format is sent, a search over the standard attributes finds the same log with the same words.
describe('every format says the same as the format datadog', () => {
  const ALWAYS = ['evt.name', 'usr.id', 'usr.email', 'usr.name', 'network.client.ip', 'http.useragent', 'event_id', 'openai.audit.id']
  const MAPPED = [...ALWAYS, 'evt.outcome', 'error.kind']
  const WITH_TARGET = [...MAPPED, 'asset.id', 'asset.type']
  /** OCSF has other words for what was acted on, by its classes; CIM tells it of changes alone. */
  const COMPARED: Readonly<Record<string, readonly string[]>> = { raw: ALWAYS, ocsf_1_8_0: MAPPED, ocsf_1_3_0: MAPPED, cim: MAPPED }
  /** As text; what is no address is none, though raw and otel have it where one belongs. */
  const shown = (attribute: string, value: JsonValue | undefined) =>
    value === undefined || (attribute === 'network.client.ip' && isIP(String(value as string)) === 0) ? 'absent' : String(value as string)

  test.each(FORMS)('$name', ({ name, write }) => {
    const differences: string[] = []
    for (const event of EVENTS) {
      const one = processed(PIPELINE, write(event))
      const other = processed(PIPELINE, native.write(event))
      const type = event.body.type as string
      for (const attribute of COMPARED[name] ?? WITH_TARGET) {
        const [is, wanted] = [one, other].map(({ log }) => shown(attribute, log.get(attribute)))
        if (is !== wanted) differences.push(`${type}: ${attribute} is ${is} and not ${wanted}`)
      }
      if (name !== 'raw' && one.status !== other.status)
        differences.push(`${type}: ${one.status as string} and not ${other.status as string}`)
    }
    expect(differences).toEqual([])
  })
})
