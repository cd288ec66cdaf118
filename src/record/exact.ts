import type { LogEvent } from '../core/event.ts'
import { type JsonObject, type JsonValue, parseJson } from '../core/json.ts'
import { STRUCTURE_LEVELS_MAX } from './depth.ts'
import type { OpenObject } from './values.ts'

/** Below this nothing travels as structure: the body, and what a field of it may hold. */
const LEVELS_MAX = 1 + STRUCTURE_LEVELS_MAX

/**
 * Without a match every fraction in the text is the same when it is read and written. A match says nothing yet: the digits may
 * be those of an id or a time.
 */
const MANY_DIGITS_OR_TINY = /\d(?:\.?\d){15}|\de-\d{3}/i

/**
 * The record, with every number that reading would alter (`12345678901234567890` is rounded, `1e400` becomes null when it
 * is written) as the text that stands there. The body itself if there is no such number, or if it is nested too
 * deeply to be read once more: all numbers are still in the event's text.
 */
export function exactBody({ body, text }: LogEvent): JsonObject {
  if (!holds(isFractionOrLarge, body, LEVELS_MAX)) return body
  if (!MANY_DIGITS_OR_TINY.test(text) && !holds(isLarge, body, LEVELS_MAX)) return body
  try {
    return parseJson(text, exact) as JsonObject
  } catch (cause) {
    if (cause instanceof RangeError) return body
    throw cause
  }
}

const isLarge = (value: number) => Math.abs(value) > Number.MAX_SAFE_INTEGER
/** What was read as zero may stand there as `1e-400`. */
const isFractionOrLarge = (value: number) => value === 0 || !Number.isSafeInteger(value)

function holds(is: (value: number) => boolean, value: JsonValue | undefined, levels: number): boolean {
  if (typeof value === 'number') return is(value)
  if (typeof value !== 'object' || value === null || levels === 0) return false
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) if (holds(is, item, levels - 1)) return true
    return false
  }
  const fields = value as OpenObject
  for (const key in fields) if (holds(is, fields[key], levels - 1)) return true
  return false
}

/** A float such as `1e300` or `0.10` stays a number: what is written says the same. */
function exact(value: JsonValue, source: string): JsonValue {
  if (typeof value !== 'number' || /^-?\d{1,15}$/.test(source)) return value
  return Number.isFinite(value) && isSaid(value, decimalOf(source)) ? value : source
}

/** Some write a double in the fewest digits that tell it apart, some in 17: both say that double. */
function isSaid(value: number, decimal: string): boolean {
  return (
    decimalOf(String(value)) === decimal || (Math.abs(value) <= Number.MAX_SAFE_INTEGER && decimalOf(value.toPrecision(17)) === decimal)
  )
}

/** A number's digits and its power of ten, which are the same however it is spelled. */
function decimalOf(number: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(number) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const significant = withoutZeros(digits)
  return significant === '' ? '0' : `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}

function withoutZeros(digits: string): string {
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return digits.slice(0, end)
}
