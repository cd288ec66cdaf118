import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLError } from 'yaml'
import type { ConfigFile } from './files.ts'
import { type Environment, interpolate } from './interpolate.ts'
import { EMPTY_SCALAR, type SettingNode } from './node.ts'
import { formatPlace, type Place, type Problem } from './problem.ts'

/** The most values one file may hold, aliases followed (invariant 5). */
const NODES_MAX = 100_000

/** Mistakes of syntax in our words: the parser's may quote what stands in the file (invariant 6). */
const SYNTAX: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_INDENT: 'this line is indented further or less than its neighbours',
  TAB_AS_INDENT: 'YAML is indented by spaces, and this is a tab',
  BLOCK_AS_IMPLICIT_KEY: 'a map can not begin in the middle of a line; put the text in quotes, or the map on a line of its own',
  MULTILINE_IMPLICIT_KEY: 'a key has to end on its line with a colon',
  MISSING_CHAR: 'something is missing here: a closing quote, bracket, colon or comma',
  BAD_ALIAS: 'this is no name of an anchor or alias',
  BAD_DQ_ESCAPE: 'no escape of a double-quoted text begins like this; single quotes take a backslash as it is',
  BAD_SCALAR_START: 'a text that begins with this character has to stand in quotes',
  MULTIPLE_DOCS: 'one file holds one document; remove the "---", or make it two files',
  TAG_RESOLVE_FAILED: 'this tag is not known',
  UNEXPECTED_TOKEN: 'this is not expected here',
  RESOURCE_EXHAUSTION: 'this is nested more deeply than any setting',
  IMPOSSIBLE: 'this is not expected here',
}

const MERGE_KEY = 'maps are not merged by <<; an alias stands for a whole value, such as batch: *b'

function syntaxMessage({ code, message }: YAMLError): string {
  const [, bracket] = /end with a ([\]}])/.exec(message) ?? []
  if (bracket !== undefined) return `a "${bracket}" is missing before this line`
  const [, quote] = /Missing closing (["'])/.exec(message) ?? []
  if (quote !== undefined) return `a closing ${quote} is missing before this place`
  return SYNTAX[code] ?? `this is no YAML (${code})`
}

/** The document as a tree of settings; undefined when it could not be read as YAML, or holds nothing. */
export function parseYaml(file: ConfigFile, env: Environment, problems: Problem[]): SettingNode | undefined {
  const lines = new LineCounter()
  const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, file.text.length))
    return { file: file.name, line: Math.max(1, line), column: Math.max(1, col) }
  }
  // The first alone: the parser is out of step after it.
  const [mistake] = [...document.errors, ...document.warnings]
  if (mistake !== undefined) {
    const [at] = mistake.pos
    // Between braces YAML takes the brace of a variable for the beginning of another map.
    const isVariable = file.text.startsWith('${', at - 1)
    problems.push(
      isVariable
        ? { place: placeAt(at - 1), path: [], message: 'between braces or brackets, a text with ${…} has to stand in quotes' }
        : { place: placeAt(at), path: [], message: syntaxMessage(mistake) },
    )
    return undefined
  }
  if (document.contents === null) {
    problems.push({ place: placeAt(0), path: [], message: 'this file is empty' })
    return undefined
  }
  const resolve = (node: Node) => (isAlias(node) ? node.resolve(document) : node)
  return new TreeBuilder(file, env, problems, placeAt, resolve).build(document.contents, [], undefined)
}

class TreeBuilder {
  readonly #file: ConfigFile
  readonly #env: Environment
  readonly #problems: Problem[]
  readonly #placeAt: (offset: number) => Place
  readonly #resolve: (node: Node) => Node | undefined
  /** The nodes around the one that is being built: an alias to one of them would never end. */
  readonly #open = new Set<Node>()
  #nodes = 0

  constructor(
    file: ConfigFile,
    env: Environment,
    problems: Problem[],
    placeAt: (offset: number) => Place,
    resolve: (node: Node) => Node | undefined,
  ) {
    this.#file = file
    this.#env = env
    this.#problems = problems
    this.#placeAt = placeAt
    this.#resolve = resolve
  }

  build(written: Node | null, path: readonly (string | number)[], keyPlace: Place | undefined): SettingNode {
    const place = written === null ? keyPlace! : this.#placeAt(written.range?.[0] ?? 0)
    if (written === null) return { kind: 'scalar', place, keyPlace, ...EMPTY_SCALAR }
    const node = this.#resolve(written)
    if (node === undefined) return this.#broken(place, keyPlace, path, 'no anchor of this name stands before this alias')
    if (this.#open.has(node)) return this.#broken(place, keyPlace, path, 'this alias contains itself')
    if (++this.#nodes > NODES_MAX) return this.#tooMany(place, keyPlace, path)
    this.#open.add(node)
    try {
      if (isMap(node)) {
        const entries = this.#map(node.items as Pair<Node, Node>[], path)
        // Broken, so that what `<<` would have brought is not reported as missing.
        return { ...EMPTY_SCALAR, kind: 'map', place, keyPlace, entries, broken: entries.delete('<<') }
      }
      if (isSeq(node)) return { ...EMPTY_SCALAR, kind: 'list', place, keyPlace, entries: this.#list(node.items as Node[], path) }
      return this.#scalar(node, place, keyPlace, path)
    } finally {
      this.#open.delete(node)
    }
  }

  #map(pairs: readonly Pair<Node, Node | null>[], path: readonly (string | number)[]): Map<string, SettingNode> {
    const entries = new Map<string, SettingNode>()
    for (const { key, value } of pairs) {
      const keyPlace = this.#placeAt(key.range?.[0] ?? 0)
      if (!isScalar(key)) {
        this.#report(keyPlace, path, 'a name has to be a text, and this is none')
        continue
      }
      const name = typeof key.value === 'string' ? key.value : (key.source ?? '')
      if (name === '<<') this.#report(keyPlace, path, MERGE_KEY)
      const first = entries.get(name)
      if (first === undefined) entries.set(name, this.build(value, [...path, name], keyPlace))
      else this.#report(keyPlace, [...path, name], `stands here twice; first at ${formatPlace(first.keyPlace ?? first.place)}`)
    }
    return entries
  }

  #list(items: readonly Node[], path: readonly (string | number)[]): Map<string, SettingNode> {
    return new Map(items.map((item, index) => [String(index), this.build(item, [...path, index], undefined)]))
  }

  #scalar(node: Node, place: Place, keyPlace: Place | undefined, path: readonly (string | number)[]): SettingNode {
    const value = isScalar(node) ? node.value : null
    const known = ['string', 'number', 'boolean'].includes(typeof value) || value === null
    if (!known) return this.#broken(place, keyPlace, path, 'a value of this kind has no use here')
    const written = this.#file.text.slice(...(node.range ?? [0, 0]))
    const scalar = { ...EMPTY_SCALAR, kind: 'scalar', place, keyPlace, value: value as SettingNode['value'], written } as const
    if (typeof value !== 'string') return scalar
    const put = interpolate(value, this.#env)
    for (const { piece, message } of put.faults) this.#report(this.#placeIn(node, piece), path, message)
    return { ...scalar, value: put.value, interpolated: put.changed, broken: put.faults.length > 0 }
  }

  /** The place of a piece of the scalar's text; of the scalar where an escape hides the piece. */
  #placeIn(node: Node, piece: string): Place {
    const [start, end] = node.range ?? [0, 0]
    const index = this.#file.text.slice(start, end).indexOf(piece)
    return this.#placeAt(start + Math.max(0, index))
  }

  /** Reported once for the whole file. */
  #tooMany(place: Place, keyPlace: Place | undefined, path: readonly (string | number)[]): SettingNode {
    if (this.#nodes > NODES_MAX + 1) return { kind: 'scalar', place, keyPlace, ...EMPTY_SCALAR, broken: true }
    return this.#broken(place, keyPlace, path, `a file holds at most ${NODES_MAX} values, aliases followed`)
  }

  #broken(place: Place, keyPlace: Place | undefined, path: readonly (string | number)[], message: string): SettingNode {
    this.#report(place, path, message)
    return { ...EMPTY_SCALAR, kind: 'scalar', place, keyPlace, broken: true }
  }

  #report(place: Place, path: readonly (string | number)[], message: string): void {
    this.#problems.push({ place, path, message })
  }
}
