/**
 * Events per CPU-second of each format, text in and text out, beside JSON.parse + JSON.stringify of the same
 * texts in the same run: `node bench/mapping.ts [seconds per line]`. The ratio is what to compare between
 * machines: how many times the work of parsing and writing the record itself.
 */

import { LogEvent } from '../src/core/event.ts'
import type { Mapper } from '../src/core/mapper.ts'
import { compileExpression } from '../src/filter/compile.ts'
import { createFilter } from '../src/filter/filter.ts'
import { createCimMapper } from '../src/mappers/cim/index.ts'
import { createDatadogMapper } from '../src/mappers/datadog/index.ts'
import { createEcsMapper } from '../src/mappers/ecs/index.ts'
import { createOcsfMapper } from '../src/mappers/ocsf/index.ts'
import { createOtelMapper } from '../src/mappers/otel/index.ts'
import { createRawMapper } from '../src/mappers/raw/index.ts'
import { toRecord } from '../src/record/record.ts'
import { TABLE } from '../src/record/table.ts'
import { parsePath } from '../src/redact/path.ts'
import { redactingMapper } from '../src/redact/redactor.ts'
import { ACTORS, bodyOf, CLOCK, ORGANIZATION, payloadOf, RECEIVED_MS } from '../test/mapping/events.ts'

const SECONDS = Number(process.argv[2] ?? 2)
const TEXTS = TABLE.flatMap(({ type }, index) => {
  const actor = index % 5 === 0 ? ACTORS.key_of_user : ACTORS.session
  return JSON.stringify(
    bodyOf({ type, actor, payload: payloadOf(type), more: { project: { id: 'proj_1', name: 'Prod' } } }, `audit_log-${index}`),
  )
})
const options = { clock: CLOCK, organization: () => ORGANIZATION }
const receive = (text: string) =>
  new LogEvent({ source: 'acme', stream: 'organization', id: 'audit_log-1', timeMs: RECEIVED_MS, receivedMs: RECEIVED_MS, text })
const through = (map: Mapper) => (text: string) => map(receive(text)).json

const filter = createFilter(compileExpression('event.type.startsWith("api_key.") && event.severity >= MEDIUM'), undefined)

const redactRules = [
  { action: 'mask' as const, paths: [parsePath('actor.session.user.email'), parsePath('actor.session.ip_address')], fields: [] },
]

const LINES: Readonly<Record<string, (text: string) => unknown>> = {
  'parse + stringify': text => JSON.stringify(JSON.parse(text)),
  'common record only': text => toRecord(receive(text)),
  filter: text => filter(receive(text)),
  raw: through(createRawMapper()),
  ecs: through(createEcsMapper(options)),
  'ecs, redacted': through(redactingMapper(createEcsMapper(options), redactRules)),
  'ecs, flattened': through(createEcsMapper({ ...options, flattened: true })),
  'ocsf 1.8.0': through(createOcsfMapper(options)),
  'ocsf 1.3.0': through(createOcsfMapper({ ...options, version: '1.3.0' })),
  otel: through(createOtelMapper(options)),
  cim: through(createCimMapper(options)),
  datadog: through(createDatadogMapper(options)),
}

/** CPU time of this process, user and system, in ms. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function eventsPerCpuSecond(work: (text: string) => unknown, seconds: number): number {
  const startMs = cpuMs()
  let events = 0
  let kept: unknown
  while (cpuMs() - startMs < seconds * 1000) {
    for (const text of TEXTS) kept = work(text)
    events += TEXTS.length
  }
  if (kept === undefined) throw new Error('a mapper gave nothing')
  return (events / (cpuMs() - startMs)) * 1000
}

for (const work of Object.values(LINES)) eventsPerCpuSecond(work, Math.min(SECONDS, 0.5)) // Let the compiler do its work first.
const base = eventsPerCpuSecond(LINES['parse + stringify']!, SECONDS)
const bytes = TEXTS.reduce((sum, text) => sum + text.length, 0) / TEXTS.length
console.log(`${TEXTS.length} events of ${bytes.toFixed(0)} characters on average, node ${process.version}`)
for (const [name, work] of Object.entries(LINES)) {
  const rate = eventsPerCpuSecond(work, SECONDS)
  console.log(
    `${name.padEnd(20)} ${rate.toFixed(0).padStart(9)} events per CPU-second   ${(base / rate).toFixed(2).padStart(5)} × parse + stringify`,
  )
}
