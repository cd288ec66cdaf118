import { isDeepStrictEqual } from 'node:util'
import type { CheckedConfig, ConfiguredSink } from '../config/load.ts'
import type { ConfiguredTest } from '../config/tests.ts'
import type { Clock } from '../core/clock.ts'
import type { LogEvent } from '../core/event.ts'
import { type JsonObject, type JsonValue, parseJson } from '../core/json.ts'
import { decoded, type JsonNode, nodesBelow, scanJson } from '../core/json_text.ts'
import type { MappedEvent, Mapper } from '../core/mapper.ts'
import { createFilter } from '../filter/filter.ts'
import { receivedEvent } from '../record/received.ts'
import { nodesAt } from '../redact/match.ts'
import type { RedactPath } from '../redact/path.ts'
import { FORMAT_DEFAULTS, type Registry } from '../registry.ts'
import { createMappers } from './mapping.ts'
import { SILENT_METER } from './meter.ts'
import { UnmappedEvent } from './unmapped.ts'

/** One thing that did not come out as expected. */
interface Difference {
  /** Where; empty for the event as a whole. */
  readonly path: string
  readonly expected: string
  readonly got: string
}

export interface TestResult {
  readonly name: string
  readonly through: ConfiguredTest['through']
  readonly differences: readonly Difference[]
  /** What came out; undefined for what was left out. */
  readonly output: JsonObject | undefined
}

interface TestContext {
  readonly registry: Registry
  readonly clock: Clock
}

/** Runs the tests of a configuration: each event through what its sink does to it, and nothing is sent. */
export async function runConfigTests(config: CheckedConfig, context: TestContext): Promise<readonly TestResult[]> {
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const used = config.sinks.filter(({ id }) => config.tests.some(({ through }) => 'sink' in through && through.sink === id))
  const mappers = await createMappers(used, { ...context, sources: config.sources, logger: quiet, meter: SILENT_METER })
  const results: TestResult[] = []
  for (const test of config.tests) {
    const { through } = test
    const sink = 'sink' in through ? used.find(({ id }) => id === through.sink)! : undefined
    const mapper = 'sink' in through ? mappers.get(through.sink)! : await formatMapper(through.format, context)
    results.push(runTest(test, eventOf(test, sink, config, context.clock), sink, mapper))
  }
  return results
}

async function formatMapper(format: string, { registry, clock }: TestContext): Promise<Mapper> {
  const spec = registry.formats.find(({ type }) => type === format)
  if (spec === undefined) throw new Error(`There is no format ${format}`)
  return spec.load({ clock, ...FORMAT_DEFAULTS })
}

function eventOf(test: ConfiguredTest, sink: ConfiguredSink | undefined, config: CheckedConfig, clock: Clock): LogEvent {
  const source = test.source ?? sink?.settings.inputs?.[0] ?? config.sources[0]!.id
  const body = parseJson(test.input) as JsonObject
  return receivedEvent({ source, stream: 'organization', receivedMs: clock.now(), text: test.input, body })
}

function runTest(test: ConfiguredTest, event: LogEvent, sink: ConfiguredSink | undefined, mapper: Mapper): TestResult {
  const { name, through } = test
  const result = (differences: readonly Difference[], output?: JsonObject): TestResult => ({ name, through, differences, output })
  const filter = sink?.settings.filter && createFilter(sink.settings.filter, sink.settings.severity)
  const verdict = filter?.(event) ?? { passes: true }
  if (verdict.error !== undefined) {
    const got = `passes, because the filter fails: ${verdict.error.code} at ${verdict.error.part}`
    return result([{ path: '', expected: 'a filter that can tell', got }])
  }
  const passed = verdict.passes ? 'passes the filter' : 'is left out by the filter'
  if (test.filtered === verdict.passes) {
    return result([{ path: '', expected: test.filtered ? 'is left out by the filter' : 'passes the filter', got: passed }])
  }
  if (!verdict.passes) return result([])
  const mapped = mapper(event)
  if (mapped instanceof UnmappedEvent) return result([{ path: '', expected: 'a mapped event', got: mapped.reason }])
  return result(differencesOf(test, mapped), parseJson(mapped.json) as JsonObject)
}

function differencesOf(test: ConfiguredTest, { json }: MappedEvent): readonly Difference[] {
  const root = scanJson(json)
  const valuesAt = (path: RedactPath) => [...nodesAt(json, root, path)].map(({ start, end }) => parseJson(json.slice(start, end)))
  const written = (values: readonly JsonValue[]) => values.map(value => JSON.stringify(value)).join(' | ') || 'nothing'
  const differences: Difference[] = []
  for (const { path, value } of test.fields) {
    const found = valuesAt(path)
    if (!found.some(one => isDeepStrictEqual(one, value))) {
      differences.push({ path: path.text, expected: JSON.stringify(value), got: written(found) })
    }
  }
  for (const path of test.absent) {
    const found = valuesAt(path)
    if (found.length > 0) differences.push({ path: path.text, expected: 'nothing', got: written(found) })
  }
  for (const { path, text } of test.nowhere.length > 0 ? textsIn(json, root) : []) {
    for (const unwanted of test.nowhere) {
      if (text.includes(unwanted)) differences.push({ path, expected: `${JSON.stringify(unwanted)} nowhere`, got: JSON.stringify(text) })
    }
  }
  return differences
}

/** Every text and every name, with the name of the field that it stands in. */
function* textsIn(json: string, root: JsonNode): Generator<{ readonly path: string; readonly text: string }> {
  for (const node of nodesBelow(root)) {
    const path = pathTo(json, node)
    if (node.key !== undefined) yield { path, text: decoded(json, node.key) }
    if (node.children.length === 0) yield { path, text: decoded(json, node) }
  }
}

function pathTo(json: string, node: JsonNode): string {
  const names: string[] = []
  for (let here: JsonNode | undefined = node; here !== undefined; here = here.parent)
    if (here.key !== undefined) names.unshift(decoded(json, here.key))
  return names.join('.')
}
