import type { z } from 'zod'
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts'
import { type PartAtFault, partAtFault } from './expression.ts'
import { alternativesOf, schemaAt, settingsOf } from './json_schema.ts'
import { didYouMean, oneOf } from './nearest.ts'
import { kindOf, type SettingNode, walk } from './node.ts'
import { placeOfPart } from './part_place.ts'
import type { Problem } from './problem.ts'
import { quantityMeant } from './quantity_meant.ts'

type Issue = z.core.$ZodIssue

/** The most of a value that a message quotes (invariant 5). */
const QUOTED_CHARS_MAX = 80

/** A failed check in the words of a configuration; `root` and `path` say where the checked settings stand. */
export function problemsOf(issue: Issue, root: SettingNode, path: readonly (string | number)[], schema: JsonObject): readonly Problem[] {
  const issuePath = issue.path as (string | number)[]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.flatMap(key => unknownSetting(key, issuePath, root, path, schema))
  }
  const { node, found } = walk(root, issuePath)
  if (node.broken) return []
  if (issue.code === 'invalid_key') {
    const [within = issue] = issue.issues
    const message = `${expectation(within, undefined)}, got ${JSON.stringify(cut(String(issuePath.at(-1))))}`
    return [{ place: node.keyPlace ?? node.place, path: [...path, ...issuePath], message }]
  }
  const part = partAtFault(issue)
  if (part !== undefined) return [{ ...partProblem(issue.message, part, node), path: [...path, ...issuePath] }]
  const described = schemaAt(schema, issuePath)
  const place = found ? node.place : (node.keyPlace ?? node.place)
  const message = found ? mistake(issue, node, described) : `missing${inBrackets(described)}`
  return [{ place, path: [...path, ...issuePath], message }]
}

/** The problem of a part of a text, at the place of that part; at that of the whole value where a variable gave the text. */
function partProblem(message: string, { start, end, allowed, general }: PartAtFault, node: SettingNode): Omit<Problem, 'path'> {
  // What a variable holds is not quoted (invariant 6), and neither is what is wrong with it.
  if (node.interpolated) return { place: node.place, message: `${general}, got ${writtenIn(node)}` }
  const text = typeof node.value === 'string' ? node.value : ''
  const place = placeOfPart(node, text, start)
  const part = text.slice(start, end)
  const got = part.trim() === '' ? 'nothing' : JSON.stringify(cut(part))
  return { place, message: `${message}, got ${got}${didYouMean(part, allowed)}` }
}

function unknownSetting(
  key: string,
  issuePath: readonly (string | number)[],
  root: SettingNode,
  path: readonly (string | number)[],
  schema: JsonObject,
): readonly Problem[] {
  const { node, found } = walk(root, [...issuePath, key])
  if (!found) return []
  const allowed = settingsOf(schemaAt(schema, issuePath))
  return [
    {
      place: node.keyPlace ?? node.place,
      path: [...path, ...issuePath, key],
      message: `unknown setting${didYouMean(key, allowed) || known(allowed)}`,
    },
  ]
}

const known = (names: readonly string[]) => (names.length === 0 ? '' : `; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`)
const inBrackets = (schema: JsonObject | undefined) => (typeof schema?.description === 'string' ? ` (${schema.description})` : '')

/** What is allowed, and what stood there. */
function mistake(issue: Issue, node: SettingNode, schema: JsonObject | undefined): string {
  const names = issue.code === 'invalid_value' ? issue.values.map(String) : []
  const meant = typeof node.value === 'string' ? didYouMean(node.value, names) : ''
  return `${expectation(issue, schema)}, got ${quoted(node, schema)}${meant}${hint(issue, node, schema)}`
}

function expectation(issue: Issue, schema: JsonObject | undefined): string {
  switch (issue.code) {
    case 'invalid_value':
      return `expected ${oneOf(issue.values.map(String))}`
    case 'invalid_type':
    case 'invalid_union':
      return `expected ${typeWords(schema) ?? (issue.code === 'invalid_type' ? TYPE_WORDS[issue.expected] : undefined) ?? 'another kind of value'}`
    case 'too_small':
      if (schema !== undefined && isNumber(schema)) return `expected ${typeWords(schema)}`
      return `expected ${bound(issue.origin, `at least ${issue.minimum}`, issue.minimum)}`
    case 'too_big':
      if (schema !== undefined && isNumber(schema)) return `expected ${typeWords(schema)}`
      return `expected ${bound(issue.origin, `at most ${issue.maximum}`, issue.maximum)}`
    default:
      return issue.message // Of our own checks: it says "expected …" already.
  }
}

function bound(origin: string, limit: string, count: number | bigint): string {
  const nouns: Readonly<Record<string, string>> = { string: 'character', array: 'entry', set: 'entry', map: 'entry' }
  const noun = nouns[origin]
  if (noun === undefined) return `a number of ${limit}`
  return `${limit} ${Number(count) === 1 ? noun : noun.replace(/y$/, 'ie').concat('s')}`
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of settings',
  record: 'a map',
}

function typeWords(schema: JsonObject | undefined): string | undefined {
  if (schema === undefined) return undefined
  if (Array.isArray(schema.enum)) return oneOf((schema.enum as readonly JsonValue[]).map(String))
  if (typeof schema.format === 'string') return schema.format === 'uri' ? 'a URL' : article(schema.format)
  if (schema.type === 'object' && schema.properties === undefined) return 'a map'
  if (isNumber(schema)) return `${TYPE_WORDS[schema.type]}${range(schema)}`
  if (typeof schema.type === 'string') return TYPE_WORDS[schema.type]
  const words = alternativesOf(schema).map(typeWords)
  const known = [...new Set(words.filter(word => word !== undefined))]
  return known.length === 0 ? undefined : known.join(' or ')
}

const isNumber = (schema: JsonObject): schema is JsonObject & { readonly type: 'integer' | 'number' } =>
  schema.type === 'integer' || schema.type === 'number'

function range({ minimum, maximum }: JsonObject): string {
  const from = typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? ` from ${minimum}` : ''
  const to = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : ''
  return `${from}${to}`
}

const article = (words: string) =>
  /^(a|an|one|host:port|requests)\b/.test(words) ? words : `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`

/** What stood there: never a secret, nor what a variable holds (invariant 6). */
function quoted(node: SettingNode, schema: JsonObject | undefined): string {
  if (node.kind !== 'scalar' || node.value === null || schema === undefined) return kindOf(node)
  if (holdsSecret(schema)) return '***'
  if (node.interpolated || typeof node.value === 'string') return quotedText(node)
  return typeof node.value === 'number' ? `the number ${node.value}` : `the boolean ${JSON.stringify(node.value)}`
}

/** Only for a text that its schema does not call a secret. */
export const quotedText = (node: SettingNode) =>
  node.interpolated ? writtenIn(node) : JSON.stringify(cut(withoutSecrets(typeof node.value === 'string' ? node.value : '')))
/** The text of the file, with the names of its variables. */
const writtenIn = (node: SettingNode) => JSON.stringify(cut(withoutSecrets(node.written.replace(/^(["'])(.*)\1$/s, '$2'))))
const isSecret = (schema: JsonObject): boolean => schema.writeOnly === true || alternativesOf(schema).some(isSecret)
/** One value where a map or a list is expected may be the secret that belongs in there. */
function holdsSecret(schema: JsonObject): boolean {
  const properties = isJsonObject(schema.properties) ? Object.values(schema.properties) : []
  const below = [schema.items, schema.additionalProperties, ...properties].filter(part => part !== undefined && isJsonObject(part))
  return isSecret(schema) || [...below, ...alternativesOf(schema)].some(holdsSecret)
}
const cut = (text: string) => (text.length > QUOTED_CHARS_MAX ? `${text.slice(0, QUOTED_CHARS_MAX)}…` : text)

/** The mistakes everybody makes. */
function hint(issue: Issue, node: SettingNode, schema: JsonObject | undefined): string {
  if (schema === undefined) return ''
  const { value } = node
  if (isSecret(schema)) return ['number', 'boolean'].includes(typeof value) ? '; put it in quotes' : ''
  if (issue.code === 'custom' && typeof value === 'string' && !node.interpolated) return quantityMeant(value, schema)
  if (issue.code !== 'invalid_type') return ''
  if (typeof value === 'number' && schema.type === 'string') {
    return schema.format === undefined ? '; put it in quotes' : quantityMeant(value, schema)
  }
  if (issue.expected === 'array' && node.kind === 'scalar' && value !== null) return '; write it as a list: [ … ]'
  if (schema.type === 'boolean' && typeof value === 'string' && /^(yes|no|on|off)$/i.test(value)) {
    return `; did you mean ${/^(yes|on)$/i.test(value)}?`
  }
  return ''
}

/**
 * A URL may hold a password, and its query a token. What is no URL may have been meant as one: without its scheme, or
 * with a password that holds `/`, `?` or `#`. Where it can't be told what is secret, all is.
 */
const withoutSecrets = (text: string) =>
  text
    .replace(/^(?!.*:\/\/)[^@]*:.*@.*/s, '***')
    .replace(/(:\/\/).*[?#].*@.*/s, '$1***')
    .replace(/(:\/\/).*@/s, '$1***@')
    .replace(/(:\/\/[^?#]*[?#]).+/s, '$1***')
