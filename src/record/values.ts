import { isIP } from 'node:net'
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts'

/** A JSON object under construction. */
export type OpenObject = Record<string, JsonValue>

/** The longest address that OCSF's `ip_t` takes. */
const IP_CHARS_MAX = 40
const NUMBER = /^\s*[+-]?\d{1,20}(\.\d{1,30})?\s*$/

/** The text that names something: a string with something in it, or a whole number, written out; else undefined. */
export function text(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined
}

/** A number, also one that is written as text; else undefined. */
export function number(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : undefined
}

export function object(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined
}

/** The texts in a list, or the one text that stands in place of a list; else none. */
export function texts(value: JsonValue | undefined): readonly string[] {
  if (!Array.isArray(value)) {
    const single = text(value)
    return single === undefined ? [] : [single]
  }
  return value.map(text).filter(item => item !== undefined)
}

/** An IPv4 or IPv6 address that every receiver takes, so none with a zone; else undefined. */
export function ipAddress(value: string | undefined): string | undefined {
  return value !== undefined && value.length <= IP_CHARS_MAX && isIP(value) !== 0 && !value.includes('%') ? value : undefined
}

/** Nothing that is worth a field: null, and a text, list or object with nothing in it. */
export function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return true
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.length === 0
  for (const _ in value as JsonObject) return false
  return true
}

/** Sets an own property whatever its name: `__proto__` is a field like any other. */
export function setField(target: OpenObject, key: string, value: JsonValue): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}

/** `target` with the field, made if there is none yet; unchanged if the value is empty. */
export function keep(target: OpenObject | undefined, key: string, value: JsonValue | undefined): OpenObject | undefined {
  if (value === undefined || isEmpty(value)) return target
  const kept = target ?? {}
  setField(kept, key, value)
  return kept
}

/** Own field of an object that came from outside: never something inherited. */
export function own(value: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined
}
