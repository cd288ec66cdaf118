import type { Registry } from '../registry.ts'
import type { SinkSpec, SourceSpec } from '../toolkit/declaration.ts'
import { refuseClaims } from './claims.ts'
import { ID_PATTERN, ownSettings, type SinkSettings, type SourceSettings, sinkSchema, sourceSchema } from './component.ts'
import { type ConfigFile, readConfigFiles } from './files.ts'
import type { Environment } from './interpolate.ts'
import { mergeTrees } from './merge.ts'
import { quotedText } from './message.ts'
import { didYouMean, oneOf } from './nearest.ts'
import { EMPTY_SCALAR, kindOf, type SettingNode } from './node.ts'
import { InvalidConfigurationError, type Problem } from './problem.ts'
import { type JournalSettings, journalSchema, type ServiceSettings, serviceSchema } from './sections.ts'
import { type ConfiguredTest, checkTests } from './tests.ts'
import { parseSettings } from './validate.ts'
import { parseYaml } from './yaml.ts'

export interface ConfiguredSource {
  readonly id: string
  readonly spec: SourceSpec
  /** What the component's own schema made of it. */
  readonly own: Record<string, unknown>
  readonly settings: SourceSettings
}

export interface ConfiguredSink {
  readonly id: string
  readonly spec: SinkSpec
  readonly own: Record<string, unknown>
  readonly settings: SinkSettings
}

/** A configuration without a mistake that can be seen before anything runs. */
export interface CheckedConfig {
  readonly journal: JournalSettings
  readonly service: ServiceSettings
  readonly sources: readonly ConfiguredSource[]
  readonly sinks: readonly ConfiguredSink[]
  readonly tests: readonly ConfiguredTest[]
  readonly files: readonly string[]
}

export interface LoadOptions {
  readonly registry: Registry
  readonly env: Environment
}

const SECTIONS = ['journal', 'sources', 'sinks', 'service', 'tests'] as const

/** Reads files and folders; throws an `InvalidConfigurationError` with every mistake that is in them. */
export function loadConfig(paths: readonly string[], options: LoadOptions): CheckedConfig {
  const problems: Problem[] = []
  const files = readConfigFiles(paths, problems)
  if (problems.length > 0) throw new InvalidConfigurationError(problems, paths)
  return checkConfig(files, options)
}

/** The same for files that have been read. */
export function checkConfig(files: readonly ConfigFile[], { registry, env }: LoadOptions): CheckedConfig {
  const problems: Problem[] = []
  const names = files.map(({ name }) => name)
  const trees = files.map(file => parseYaml(file, env, problems)).filter(tree => tree !== undefined)
  // What can't be read as YAML hides what stands below it: anything more would be a guess.
  if (trees.length < files.length) throw new InvalidConfigurationError(problems, names)

  const tree = mergeTrees(trees, problems)
  if (trees.every(({ kind }) => kind !== 'map')) throw new InvalidConfigurationError(problems, names)
  refuseUnknownSections(tree, problems)
  const section = (name: (typeof SECTIONS)[number]): SettingNode => {
    const node = tree.entries.get(name)
    if (node !== undefined && (node.kind !== 'scalar' || node.value !== null || node.broken)) return node
    return { ...EMPTY_SCALAR, kind: 'map', place: tree.place, keyPlace: node?.keyPlace }
  }

  const journal = parseSettings(section('journal'), journalSchema, ['journal'], problems)
  const service = parseSettings(section('service'), serviceSchema, ['service'], problems)
  const sources = components(section('sources'), 'sources', registry.sources, problems, (id, spec, node) => {
    const settings = parseSettings(node, sourceSchema(spec), ['sources', id], problems)
    return settings && { id, spec, own: ownSettings(spec, settings), settings: settings as SourceSettings }
  })
  const sinks = components(section('sinks'), 'sinks', registry.sinks, problems, (id, spec, node) => {
    const settings = parseSettings(node, sinkSchema(spec, registry.formats), ['sinks', id], problems)
    return settings && { id, spec, own: ownSettings(spec, settings), settings: settings as SinkSettings }
  })
  refuseClashes(section('sources'), section('sinks'), problems)
  refuseClaims(section('sinks'), sinks, sources, problems)
  const ids = { sources: [...section('sources').entries.keys()], sinks: [...section('sinks').entries.keys()] }
  const written = tree.entries.get('tests')
  const hasTests = written !== undefined && (written.kind !== 'scalar' || written.value !== null)
  const tests = hasTests ? checkTests(written, { ...ids, formats: registry.formats }, problems) : []
  if (problems.length > 0 || journal === undefined || service === undefined) throw new InvalidConfigurationError(problems, names)
  return { journal, service, sources, sinks, tests, files: names }
}

function refuseUnknownSections(tree: SettingNode, problems: Problem[]): void {
  for (const [name, node] of tree.entries) {
    if ((SECTIONS as readonly string[]).includes(name)) continue
    const message = `unknown section; expected ${oneOf(SECTIONS)}${didYouMean(name, SECTIONS)}`
    problems.push({ place: node.keyPlace ?? node.place, path: [name], message })
  }
}

/** Every component of a section that can be made; a section without any is a mistake. */
function components<S extends SourceSpec | SinkSpec, C>(
  section: SettingNode,
  name: 'sources' | 'sinks',
  specs: readonly S[],
  problems: Problem[],
  make: (id: string, spec: S, node: SettingNode) => C | undefined,
): readonly C[] {
  const place = section.keyPlace ?? section.place
  if (section.broken) return []
  if (section.kind !== 'map') {
    problems.push({ place: section.place, path: [name], message: `expected a map of ids, got ${kindOf(section)}` })
    return []
  }
  if (section.entries.size === 0) problems.push({ place, path: [name], message: `there has to be at least one ${name.slice(0, -1)}` })
  return [...section.entries].flatMap(([id, node]) => {
    if (!ID_PATTERN.test(id)) {
      const message = 'an id has 1 to 64 letters, digits, "-" and "_", and begins with a letter or a digit'
      problems.push({ place: node.keyPlace ?? node.place, path: [name, id], message })
    }
    const spec = specOf(id, node, name, specs, problems)
    return spec === undefined ? [] : (make(id, spec, node) ?? [])
  })
}

function specOf<S extends SourceSpec | SinkSpec>(
  id: string,
  node: SettingNode,
  section: string,
  specs: readonly S[],
  problems: Problem[],
): S | undefined {
  if (node.broken) return undefined
  if (node.kind !== 'map') {
    problems.push({ place: node.place, path: [section, id], message: `expected a map of settings with a type, got ${kindOf(node)}` })
    return undefined
  }
  const types = specs.map(({ type }) => type)
  const written = node.entries.get('type')
  if (written === undefined) {
    problems.push({ place: node.keyPlace ?? node.place, path: [section, id, 'type'], message: `missing; expected ${oneOf(types)}` })
    return undefined
  }
  const spec = specs.find(({ type }) => type === written.value)
  if (spec !== undefined || written.broken) return spec
  const isText = typeof written.value === 'string'
  const got = isText ? quotedText(written) : kindOf(written)
  const meant = isText ? didYouMean(String(written.value), types) : ''
  problems.push({ place: written.place, path: [section, id, 'type'], message: `expected ${oneOf(types)}, got ${got}${meant}` })
  return undefined
}

/** What is wrong between components: an input that is no source, and an id that a source and a sink share. */
function refuseClashes(sources: SettingNode, sinks: SettingNode, problems: Problem[]): void {
  const ids = [...sources.entries.keys()]
  for (const [id, sink] of sinks.entries) {
    if (sources.entries.has(id)) {
      const message = 'a source has this id already; metrics and dead letters could not tell them apart'
      problems.push({ place: sink.keyPlace ?? sink.place, path: ['sinks', id], message })
    }
    for (const [index, input] of sink.entries.get('inputs')?.entries ?? []) {
      if (typeof input.value !== 'string' || input.broken || ids.includes(input.value)) continue
      const message = `there is no source ${quotedText(input)}${didYouMean(input.value, ids) || `; there ${ids.length === 1 ? 'is' : 'are'} ${ids.join(', ') || 'none'}`}`
      problems.push({ place: input.place, path: ['sinks', id, 'inputs', Number(index)], message })
    }
  }
}
