import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The settings of a stanza, by name. */
export type Stanza = ReadonlyMap<string, string>
export type Conf = ReadonlyMap<string, Stanza>

/** As "props.conf" and its like are written (help.splunk.com, Configuration file structure): stanzas, `name = value`, `#` comments. */
export function parseConf(text: string): Conf {
  const conf = new Map<string, Map<string, string>>()
  let stanza: Map<string, string> | undefined
  for (const [index, line] of text.replaceAll('\\\n', '').split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const heading = /^\[(.*)\]$/.exec(line)?.[1]
    if (heading !== undefined) {
      if (conf.has(heading)) throw new Error(`[${heading}] stands there twice`)
      stanza = new Map()
      conf.set(heading, stanza)
      continue
    }
    const [, name, value] = /^([A-Za-z_][\w.-]*) = (.*)$/.exec(line) ?? []
    if (stanza === undefined || name === undefined || value === undefined) throw new Error(`line ${index + 1} is no setting: ${line}`)
    if (stanza.has(name)) throw new Error(`${name} stands there twice, in line ${index + 1}`)
    stanza.set(name, value)
  }
  return conf
}

export interface SplunkApp {
  readonly app: Conf
  readonly props: Conf
  readonly transforms: Conf
  readonly eventtypes: Conf
  readonly tags: Conf
  /** Rows of a lookup by its file name. */
  lookup(file: string): readonly Readonly<Record<string, string>>[]
}

export function readApp(folder: string): SplunkApp {
  const read = (name: string) => parseConf(readFileSync(join(folder, 'default', `${name}.conf`), 'utf8'))
  return {
    app: read('app'),
    props: read('props'),
    transforms: read('transforms'),
    eventtypes: read('eventtypes'),
    tags: read('tags'),
    lookup: file => parseCsv(readFileSync(join(folder, 'lookups', file), 'utf8')),
  }
}

/** Without quotation marks: there are none in ours. */
function parseCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const [head = '', ...lines] = text.trimEnd().split('\n')
  const columns = head.split(',')
  return lines.map(line => {
    const cells = line.split(',')
    if (cells.length !== columns.length || cells.includes('')) throw new Error(`not a value in each column: ${line}`)
    return Object.fromEntries(columns.map((column, index) => [column, cells[index]!]))
  })
}

/** `FIELDALIAS-x = "a" AS b`: from and to. */
export const aliasesOf = (stanza: Stanza): readonly (readonly [string, string])[] =>
  settings(stanza, 'FIELDALIAS-').map(value => {
    const [, from, to] = /^"([^"]+)" AS (\w+)$/.exec(value) ?? []
    if (from === undefined || to === undefined) throw new Error(`no alias: ${value}`)
    return [from, to] as const
  })

/** `REPORT-x = a, b`: names of transforms. */
export const reportsOf = (stanza: Stanza): readonly string[] => settings(stanza, 'REPORT-').flatMap(value => value.split(', '))

/** `EVAL-x = …`: the field, and its expression. */
export const evalsOf = (stanza: Stanza): readonly (readonly [string, string])[] =>
  [...stanza].filter(([name]) => name.startsWith('EVAL-')).map(([name, value]) => [name.slice('EVAL-'.length), value] as const)

export interface LookupUse {
  readonly transform: string
  readonly input: string
  readonly overwritten: readonly string[]
  /** Set only where the event has no such field yet. */
  readonly added: readonly string[]
}

/** `LOOKUP-x = name in OUTPUT a, b OUTPUTNEW c`. */
export const lookupsOf = (stanza: Stanza): readonly LookupUse[] =>
  settings(stanza, 'LOOKUP-').map(value => {
    const [, transform, input, overwritten, added] = /^(\w+) (\w+) OUTPUT ([\w, ]+?) OUTPUTNEW ([\w, ]+)$/.exec(value) ?? []
    if (transform === undefined || input === undefined) throw new Error(`no lookup: ${value}`)
    return { transform, input, overwritten: overwritten!.split(', '), added: added!.split(', ') }
  })

const settings = (stanza: Stanza, prefix: string) => [...stanza].filter(([name]) => name.startsWith(prefix)).map(([, value]) => value)
