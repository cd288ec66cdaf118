import {
  type ASTNode,
  type TypeError as CelTypeError,
  Environment,
  type ParseError,
  type ParseResult,
  type TypeCheckResult,
} from '@marcbachmann/cel-js'
import { toError } from '../core/errors.ts'
import { EVENT_FIELDS, EventView, PART_VIEWS, SEVERITY_CONSTANTS } from './fields.ts'

/** The longest expression, and what it may be made of (invariant 5). */
export const EXPRESSION_CHARS_MAX = 8192
const LIMITS = { maxAstNodes: 2000, maxDepth: 50, maxListElements: 1000, maxMapEntries: 100, maxCallArguments: 16 }
const PATTERN_CHARS_MAX = 1000

type Fields = Record<string, string>
/** Names that no expression can write. */
const EVENT_TYPE = 'tailrace.Event'
const typeOfPart = (part: string) => `tailrace.${part}`

/** The fields of `event` and of each of its parts: `actor` → `{email: 'string'}`. */
function fieldsOf(part: string | undefined): Fields {
  const fields: Fields = {}
  for (const [path, { type }] of Object.entries(EVENT_FIELDS)) {
    const [first, second] = path.split('.') as [string, string?]
    if (part === undefined) fields[first] = second === undefined ? type : typeOfPart(first)
    else if (part === first && second !== undefined) fields[second] = type
  }
  return fields
}

function environment(): Environment {
  const env = new Environment({ enableOptionalTypes: true, limits: LIMITS })
  for (const [part, ctor] of Object.entries(PART_VIEWS)) env.registerType(typeOfPart(part), { ctor, fields: fieldsOf(part) })
  env
    .registerType(EVENT_TYPE, { ctor: EventView, fields: fieldsOf(undefined) })
    .registerVariable('event', EVENT_TYPE)
    .registerVariable('raw', 'map')
  for (const [name, value] of Object.entries(SEVERITY_CONSTANTS)) env.registerConstant(name, 'int', value)
  return env
}

/** What is wrong with an expression. `message` says what is allowed and quotes nothing of it. */
export class FilterFault extends Error {
  /** Where it is wrong: characters from `start` to before `end`. */
  readonly start: number
  readonly end: number
  /** Names, one of which may have been meant. */
  readonly allowed: readonly string[]

  constructor(message: string, start: number, end: number, allowed: readonly string[] = []) {
    super(message)
    this.start = start
    this.end = end
    this.allowed = allowed
  }
}

/** A checked expression. `evaluate` may throw, and may give something else than a boolean: both mean that it can't tell. */
export interface Expression {
  readonly text: string
  readonly evaluate: ParseResult
}

/** Compiles an expression and checks its types; throws a `FilterFault`. */
export function compileExpression(text: string): Expression {
  if (text.length > EXPRESSION_CHARS_MAX) {
    throw new FilterFault(`expected at most ${EXPRESSION_CHARS_MAX} characters`, EXPRESSION_CHARS_MAX, text.length)
  }
  let parsed: ParseResult
  let checked: TypeCheckResult
  try {
    parsed = environment().parse(text)
    checked = parsed.check()
  } catch (cause) {
    throw faultOf(toError(cause) as ParseError, text, undefined)
  }
  if (!checked.valid) throw faultOf(checked.error!, text, parsed.ast)
  refuseTraps(parsed.ast)
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    throw new FilterFault(`expected true or false, and this gives ${nameOf(checked.type ?? 'nothing')}`, 0, text.length)
  }
  return { text, evaluate: parsed }
}

const nameOf = (type: string) => (type.startsWith('tailrace.') ? 'an object' : type.replace('google.protobuf.Timestamp', 'timestamp'))

const VARIABLES = ['event', 'raw', ...Object.keys(SEVERITY_CONSTANTS)]

function faultOf(error: ParseError | CelTypeError, text: string, ast: ASTNode | undefined): FilterFault {
  const { start, end } = error.range ?? { start: 0, end: text.length }
  if (error.code === 'unknown_variable') return new FilterFault(`expected ${VARIABLES.join(', ')}`, start, end, VARIABLES)
  if (error.code === 'no_such_key') {
    const names = ast === undefined ? [] : fieldsBeside(ast, start)
    if (names.length > 0) return new FilterFault(`expected a field: ${names.join(', ')}`, start, end, names)
  }
  const summary = typeof error.summary === 'string' ? error.summary : error.message
  if (error.name !== 'TypeError') return new FilterFault(`expected a CEL expression: ${lower(plainWords(summary))}`, start, end)
  return new FilterFault(`expected types that fit: ${lower(plainWords(summary))}`, start, end)
}

const lower = (words: string) => words.charAt(0).toLowerCase() + words.slice(1)
const plainWords = (summary: string) =>
  summary
    .replaceAll('google.protobuf.Timestamp', 'timestamp')
    .replaceAll('EOF', 'end of the expression')
    .replace(/tailrace\.\w+/g, 'object')
    .replace(
      /found no matching overload for '(.*)\((.*)\)'/s,
      (_, name: string, types: string) =>
        `there is no ${name.startsWith('string.') ? 'such function of a text' : 'such function'} that takes (${types})`,
    )

/** The fields that may stand where an unknown one does. */
function fieldsBeside(ast: ASTNode, start: number): readonly string[] {
  for (const node of nodesOf(ast)) {
    if (node.end < start || node.start > start) continue
    const path = pathOf(node)
    if (path === undefined || path[0] !== 'event') continue
    const here = Object.keys(fieldsOf(path.length > 2 ? path[1] : undefined))
    if (path.length > 1 && !here.includes(path.at(-1)!)) return here
  }
  return []
}

/** `['event', 'actor', 'email']` of `event.actor.email` and of `event.actor["email"]`. */
function pathOf(node: ASTNode): readonly string[] | undefined {
  if (node.op === 'id') return [node.args]
  if (node.op !== '.' && node.op !== '[]') return undefined
  const [object, key] = node.args
  const parent = pathOf(object)
  const name = typeof key === 'string' ? key : key.op === 'value' ? key.args : undefined
  return parent === undefined || typeof name !== 'string' ? undefined : [...parent, name]
}

function* nodesOf(node: unknown): Generator<ASTNode> {
  if (Array.isArray(node)) {
    for (const child of node) yield* nodesOf(child)
  } else if (typeof node === 'object' && node !== null && 'op' in node && 'args' in node) {
    yield node as ASTNode
    yield* nodesOf(node.args)
  }
}

/** What the types allow and nobody can mean. */
function refuseTraps(ast: ASTNode): void {
  for (const node of nodesOf(ast)) {
    if (node.op === 'call' && node.args[0] === 'has') refuseHas(node)
    if (node.op === 'rcall' && node.args[0] === 'matches') refuseMatches(node)
  }
}

function refuseHas(node: ASTNode & { op: 'call' }): void {
  const [asked] = node.args[1]
  const path = asked === undefined ? undefined : pathOf(asked)
  if (path?.[0] !== 'event' || path.join('.') === 'event.severity') return
  throw new FilterFault(
    'expected a comparison with "": every field of event is there, empty where the record says nothing',
    node.start,
    node.end,
  )
}

/** A pattern is written out: one that comes with an event would be somebody else's program. */
function refuseMatches(node: ASTNode & { op: 'rcall' }): void {
  const [pattern] = node.args[2]
  if (pattern === undefined) return
  if (pattern.op !== 'value' || typeof pattern.args !== 'string' || pattern.args.length > PATTERN_CHARS_MAX) {
    throw new FilterFault(`expected a pattern in quotes of at most ${PATTERN_CHARS_MAX} characters`, pattern.start, pattern.end)
  }
  try {
    new RegExp(pattern.args)
  } catch (cause) {
    throw new FilterFault(`expected a regular expression: ${toError(cause).message.split(': ').at(-1)}`, pattern.start, pattern.end)
  }
}
