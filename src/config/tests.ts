import { z } from 'zod'
import { type JsonValue, parseJson, parseJsonObject } from '../core/json.ts'
import { PathFault, parsePath, type RedactPath } from '../redact/path.ts'
import type { Registry } from '../registry.ts'
import { quotedText } from './message.ts'
import { didYouMean, oneOf } from './nearest.ts'
import { kindOf, type SettingNode } from './node.ts'
import type { Problem } from './problem.ts'
import { parseSettings } from './validate.ts'

/** An event, what it goes through, and what has to come out. */
export interface ConfiguredTest {
  readonly name: string
  /** Through all that this sink does to an event, or through the mapping of a format alone. */
  readonly through: { readonly sink: string } | { readonly format: string }
  /** Id of the source that the event comes from; undefined: the first one that the sink takes. */
  readonly source: string | undefined
  /** One JSON object. */
  readonly input: string
  readonly filtered: boolean
  readonly fields: readonly { readonly path: RedactPath; readonly value: JsonValue }[]
  readonly absent: readonly RedactPath[]
  /** Texts that stand nowhere in the output. */
  readonly nowhere: readonly string[]
}

const TESTS_MAX = 1000
const ENTRIES_MAX = 200

function input() {
  return z.union([z.string(), z.record(z.string(), z.unknown())]).transform((value, context): string => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (parseJsonObject(text) !== undefined) return text
    context.addIssue({ code: 'custom', message: 'expected an event: a map, or the text of one JSON object', input: value })
    return z.NEVER
  })
}

const testSchema = z.strictObject({
  name: z.string().min(1).max(200).describe('What is told when it fails.'),
  sink: z.string().optional().describe('Id of the sink whose filter, redaction and mapping the event goes through.'),
  format: z.string().optional().describe('Instead of a sink: the format that the event is mapped to, with no setting set.'),
  source: z.string().optional().describe('Id of the source that the event comes from. Default: the first that the sink takes.'),
  input: input().describe('The event as received: a map, or its JSON text, which is then kept byte for byte.'),
  expect: z
    .strictObject({
      filtered: z.boolean().default(false).describe('Whether the filter of the sink leaves the event out.'),
      fields: z
        .record(z.string(), z.json())
        .default({})
        .describe('Values by their path in the mapped event, such as `event.outcome: failure`. Of several at a path one has to be it.'),
      absent: z.array(z.string()).max(ENTRIES_MAX).default([]).describe('Paths in the mapped event at which nothing stands.'),
      nowhere: z.array(z.string().min(1)).max(ENTRIES_MAX).default([]).describe('Texts that stand nowhere in the mapped event.'),
    })
    .describe('What has to come of it.'),
})

/** `tests:` */
export const testsSchema = z.array(testSchema).max(TESTS_MAX)

interface Known {
  readonly sources: readonly string[]
  readonly sinks: readonly string[]
  readonly formats: Registry['formats']
}

/** The tests of a configuration; what is wrong with them goes to `problems`. */
export function checkTests(node: SettingNode, known: Known, problems: Problem[]): readonly ConfiguredTest[] {
  if (node.kind !== 'list') {
    if (!node.broken) problems.push({ place: node.place, path: ['tests'], message: `expected a list, got ${kindOf(node)}` })
    return []
  }
  const settings = parseSettings(node, testsSchema, ['tests'], problems) ?? []
  return settings.flatMap((test, index) => checkTest(test, node.entries.get(String(index))!, index, known, problems) ?? [])
}

function checkTest(
  { name, sink, format, source, input: text, expect }: z.output<typeof testSchema>,
  node: SettingNode,
  index: number,
  known: Known,
  problems: Problem[],
): ConfiguredTest | undefined {
  const before = problems.length
  const report = (at: SettingNode | undefined, path: readonly string[], message: string) =>
    problems.push({ place: (at ?? node).place, path: ['tests', index, ...path], message })
  const named = (setting: 'sink' | 'format' | 'source', value: string | undefined, names: readonly string[]) => {
    if (value === undefined || names.includes(value)) return
    const at = node.entries.get(setting)!
    const got = `got ${quotedText(at)}${didYouMean(value, names)}`
    report(at, [setting], `expected ${oneOf(names) || 'one that is configured'}, ${got}`)
  }
  named('sink', sink, known.sinks)
  named('source', source, known.sources)
  const formats = known.formats.map(({ type }) => type)
  named('format', format, formats)
  if ((sink === undefined) === (format === undefined))
    report(node, [], 'expected a sink or a format that the event goes through, and not both')
  const expected = node.entries.get('expect')!
  const { filtered, fields, absent, nowhere } = expect
  const wants = Object.keys(fields).length + absent.length + nowhere.length
  if (filtered && (wants > 0 || sink === undefined))
    report(expected, ['expect'], 'expected nothing beside filtered, and a sink: what is left out has no fields')
  if (!filtered && wants === 0 && !expected.entries.has('filtered'))
    report(expected, ['expect'], 'expected fields, absent, nowhere or filtered')
  const pathOf = (path: string, at: SettingNode | undefined, where: readonly string[], written = JSON.stringify(path)) => {
    try {
      return parsePath(path)
    } catch (fault) {
      if (!(fault instanceof PathFault)) throw fault
      report(at && { ...at, place: at.keyPlace ?? at.place }, where, `${fault.message}, got ${written}`)
      return undefined
    }
  }
  const wanted = Object.entries(fields).map(([path, value]) => {
    const at = expected.entries.get('fields')?.entries.get(path)
    return { path: pathOf(path, at, ['expect', 'fields', path]), value: parseJson(JSON.stringify(value)) }
  })
  const without = absent.map((path, entry) => {
    const at = expected.entries.get('absent')?.entries.get(String(entry))
    return pathOf(path, at, ['expect', 'absent', String(entry)], at && quotedText(at))
  })
  if (problems.length > before) return undefined
  return {
    name,
    through: sink === undefined ? { format: format! } : { sink },
    source,
    input: text,
    filtered,
    fields: wanted.map(({ path, value }) => ({ path: path!, value })),
    absent: without.map(path => path!),
    nowhere,
  }
}
