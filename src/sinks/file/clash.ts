import { extname, resolve } from 'node:path'
import type { Mistake, SinkClaim } from '../../toolkit/declaration.ts'
import type { FileConfig } from './config.ts'
import { PIECE } from './template.ts'

type Claim = SinkClaim<FileConfig>
/** A character of a path as it stands, or any digit, or any number of further digits. */
type Unit = string | typeof DIGIT | typeof DIGITS

const DIGIT: unique symbol = Symbol('a digit')
const DIGITS: unique symbol = Symbol('digits')
const YEAR_DIGITS = 4
const DATE_DIGITS = 2
const NUMBER: readonly Unit[] = [DIGIT, DIGIT, DIGIT, DIGIT, DIGITS]

/** Two sinks of which one could close, compress or remove the files of the other. */
export function fileClash(own: Claim, other: Claim): Mistake | undefined {
  const others = namesOf(other)
  if (!namesOf(own).some(name => others.some(another => canMeet(name, another)))) return undefined
  const message = `can name a file of the sink ${other.id}, and each would close and remove the other's: give it a folder of its own`
  return { path: ['path'], message }
}

/** Every name a file of the sink may have: the one that is written to, and those of closed files. */
function namesOf({ config, streams }: Claim): readonly (readonly Unit[])[] {
  const path = resolve(config.path)
  const extension = extname(path)
  const stem = path.slice(0, path.length - extension.length)
  const filled = (values: Readonly<Record<string, string>>) => [unitsOf(stem, values), unitsOf(extension, values)] as const
  const series = path.includes('{') ? streams.map(stream => filled({ ...stream })) : [filled({})]
  return series.flatMap(([before, after]) => {
    const closed: readonly Unit[] = [...before, '.', ...NUMBER, ...after]
    return [[...before, ...after], closed, [...closed, ...charactersOf('.gz')]]
  })
}

function unitsOf(text: string, values: Readonly<Record<string, string>>): readonly Unit[] {
  const pieces = text.match(PIECE) ?? []
  const literals = text.split(PIECE)
  return literals.flatMap((literal, index): readonly Unit[] => {
    const piece = pieces[index]
    const before = charactersOf(literal)
    if (piece === undefined) return before
    if (piece.startsWith('{')) return [...before, ...charactersOf(values[piece.slice(1, -1)] ?? '')]
    return [...before, ...Array.from<Unit>({ length: piece === '%Y' ? YEAR_DIGITS : DATE_DIGITS }).fill(DIGIT)]
  })
}

function charactersOf(text: string): readonly Unit[] {
  return Array.from(text)
}

/** Whether there is a name that is both. */
function canMeet(a: readonly Unit[], b: readonly Unit[], i = 0, j = 0): boolean {
  while (a[i] !== DIGITS && b[j] !== DIGITS) {
    if (i === a.length || j === b.length) return i === a.length && j === b.length
    if (!isSame(a[i]!, b[j]!)) return false
    i++
    j++
  }
  if (a[i] !== DIGITS) return canMeet(b, a, j, i)
  if (canMeet(a, b, i + 1, j)) return true
  const next = b[j]
  return next !== undefined && (next === DIGITS || isSame(DIGIT, next)) && canMeet(a, b, i, j + 1)
}

function isSame(a: Unit, b: Unit): boolean {
  if (a === DIGIT) return b === DIGIT || (typeof b === 'string' && /\d/.test(b))
  return a === b || (b === DIGIT && isSame(b, a))
}
