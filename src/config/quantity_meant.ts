import type { JsonObject, JsonValue } from '../core/json.ts'
import { bytesText, durationText, parseBytes, parseDurationMs } from '../toolkit/settings.ts'

interface Kind {
  readonly parse: (text: string) => number | undefined
  readonly text: (value: number) => string
  /** What people write for a unit. */
  readonly units: Readonly<Record<string, RegExp>>
  /** Of a number without one: the first by which it is within the limits. */
  readonly likely: readonly string[]
}

const DURATION: Kind = {
  parse: parseDurationMs,
  text: durationText,
  units: {
    ms: /^(ms|msecs?|millis|milliseconds?)$/i,
    s: /^(s|secs?|seconds?)$/i,
    m: /^(m|mins?|minutes?)$/i,
    h: /^(h|hrs?|hours?)$/i,
    d: /^(d|days?)$/i,
    w: /^(w|wks?|weeks?)$/i,
  },
  likely: ['s', 'ms', 'd'],
}

const SIZE: Kind = {
  parse: parseBytes,
  text: bytesText,
  units: {
    B: /^(b|bytes?)$/i,
    KB: /^kb$/i,
    MB: /^mb$/i,
    GB: /^gb$/i,
    TB: /^tb$/i,
    KiB: /^(k|ki|kib)$/i,
    MiB: /^(m|mi|mib|megs?|megabytes?)$/i,
    GiB: /^(g|gi|gib|gigs?|gigabytes?)$/i,
    TiB: /^(t|ti|tib|terabytes?)$/i,
  },
  likely: ['B', 'MiB'],
}

/** `; did you mean "5m"?` of what was written for a duration or a size of this schema, if something within its limits is close. */
export function quantityMeant(written: number | string, schema: JsonObject): string {
  const kind = kindOf(schema)
  if (kind === undefined) return ''
  const limit = (text: JsonValue | undefined) => (typeof text === 'string' ? kind.parse(text) : undefined)
  const least = limit(schema.minimum) ?? 0
  const most = limit(schema.maximum) ?? Number.POSITIVE_INFINITY
  for (const meant of candidates(String(written).trim(), kind)) {
    const value = kind.parse(meant)
    if (value !== undefined && value >= least && value <= most && meant !== written) return `; did you mean "${meant}"?`
  }
  return ''
}

function kindOf({ format }: JsonObject): Kind | undefined {
  if (typeof format !== 'string') return undefined
  return format.startsWith('size') ? SIZE : /^(duration|time)\b/.test(format) ? DURATION : undefined
}

function candidates(written: string, kind: Kind): readonly string[] {
  if (Number.isFinite(Number(written))) return kind.likely.map(unit => `${written}${unit}`)
  if (!/^(\d+(\.\d+)?\s*[a-z]+[\s,]*)+$/i.test(written)) return []
  const parts = [...written.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)].map(([, digits = '', name = '']) => {
    const unit = Object.keys(kind.units).find(candidate => kind.units[candidate]!.test(name))
    return unit === undefined ? undefined : `${digits}${unit}`
  })
  if (parts.some(part => part === undefined)) return []
  return parts.length === 1 ? [parts[0]!] : [kind.text(parts.reduce((sum, part) => sum + kind.parse(part!)!, 0))]
}
