import { z } from 'zod'
import { Secret } from './secret.ts'

const DURATION_UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const BYTE_UNITS = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const

/** `90s` → 90000; undefined for what is no duration. */
export function parseDurationMs(text: string): number | undefined {
  return parseQuantity(text, DURATION_UNITS_MS)
}

/** `10GiB` → 10737418240; undefined for what is no size. */
export function parseBytes(text: string): number | undefined {
  return parseQuantity(text, BYTE_UNITS)
}

/** 90000 → `90s`: in the largest unit that leaves it whole. */
export function durationText(ms: number): string {
  return quantityText(ms, DURATION_UNITS_MS)
}

/** 104857600 → `100MiB`: in the largest unit that leaves it whole. */
export function bytesText(bytes: number): string {
  return quantityText(bytes, BYTE_UNITS)
}

function quantityText(value: number, units: Readonly<Record<string, number>>): string {
  const whole = Object.entries(units).filter(([, factor]) => factor === 1 || (factor <= value && value % factor === 0))
  const [unit, factor] = whole.reduce((largest, each) => (each[1] > largest[1] ? each : largest))
  return `${value / factor}${unit}`
}

/**
 * `2026-01-31`, or a moment with its zone such as `2026-01-31T08:00:00Z`, in ms since 1970. Undefined for a moment without a
 * zone, which would be another one on every machine, and for a day that no month has.
 */
export function parseIsoMs(text: string): number | undefined {
  const [, day] = /^(\d{4}-\d{2}-\d{2})(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2}))?$/.exec(text) ?? []
  const timeMs = day === undefined ? Number.NaN : Date.parse(text)
  if (day === undefined || Number.isNaN(timeMs)) return undefined
  return new Date(day).toISOString().startsWith(day) ? timeMs : undefined
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim()) ?? []
  const factor = unit !== undefined && Object.hasOwn(units, unit) ? units[unit] : undefined
  return digits === undefined || factor === undefined ? undefined : Math.round(Number(digits) * factor)
}

/** A duration such as `30s` or `15m`; gives ms. `min` and `max` are written the same way and are included. */
export function duration(limits: { min: string; max: string }) {
  return quantity('a duration', limits, parseDurationMs, 'duration, such as 500ms, 30s, 15m, 12h or 30d')
}

/** A size such as `512KiB` or `10GiB`; gives bytes. */
export function bytes(limits: { min: string; max: string }) {
  return quantity('a size', limits, parseBytes, 'size, such as 512KiB, 5MB or 10GiB')
}

function quantity(noun: string, limits: { min: string; max: string }, parse: (text: string) => number | undefined, description: string) {
  const min = parse(limits.min) ?? 0
  const max = parse(limits.max) ?? Number.POSITIVE_INFINITY
  return z
    .string()
    .meta({ format: description, minimum: limits.min, maximum: limits.max })
    .transform((text, context): number => {
      const value = parse(text)
      if (value !== undefined && value >= min && value <= max) return value
      context.addIssue({ code: 'custom', message: `expected ${noun} from ${limits.min} to ${limits.max}`, input: text })
      return z.NEVER
    })
}

/** An absolute http or https URL without credentials in it; gives a `URL`. `isBase`: paths are added to it, so it has no query either. */
export function httpUrl({ isBase = false }: { isBase?: boolean } = {}) {
  return z
    .string()
    .meta({ format: 'uri' })
    .transform((text, context): URL => {
      const url = URL.canParse(text) ? new URL(text) : undefined
      if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') {
        if (!isBase || (url.search === '' && url.hash === '')) return url
      }
      const without = isBase ? 'a user name and a query' : 'a user name'
      context.addIssue({ code: 'custom', message: `expected an http:// or https:// URL without ${without} in it`, input: text })
      return z.NEVER
    })
}

/** The text of a file that the configuration names as `${file:/path}`, before anybody has read it. */
export class FileText {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }
}

/** A secret, written out, from `${ENV}`, or from `${file:/path}`, which is then read again when it changes. */
export function secret() {
  return z
    .union([z.string().min(1), z.instanceof(FileText)])
    .transform(value => (value instanceof FileText ? Secret.file(value.path) : Secret.literal(value)))
    .meta({ writeOnly: true })
}
