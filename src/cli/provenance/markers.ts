import { isIP } from 'node:net'

/** Other values of the same kind, in JSON: what changes with them in the output was made from the value. */
export function markersFor(written: string): readonly string[] {
  const value: unknown = JSON.parse(written)
  if (typeof value === 'boolean') return [String(!value)]
  // Of so large a number, Infinity among them, the next one is the same.
  if (typeof value === 'number') return [String(Math.abs(value) < Number.MAX_SAFE_INTEGER ? value + 1 : OTHER_NUMBER)]
  if (typeof value !== 'string') return []
  return [...new Set(textMarkers(value))].filter(marker => marker !== value).map(marker => JSON.stringify(marker))
}

const OTHER_TEXT = 'qx9'
const OTHER_NUMBER = 1_770_000_007

function textMarkers(value: string): readonly string[] {
  const kind = isIP(value)
  if (kind === 4) return [value === '198.51.100.77' ? '198.51.100.78' : '198.51.100.77', OTHER_TEXT]
  if (kind === 6) return ['2001:db8:7777::7', OTHER_TEXT]
  if (/^[^\s@]+@[^\s@]+$/.test(value)) return [`${OTHER_TEXT}@elsewhere.example`, OTHER_TEXT]
  if (/^[A-Z]{2}$/.test(value)) return [value === 'ZZ' ? 'YY' : 'ZZ', OTHER_TEXT]
  if (/^-?\d+\.\d+$/.test(value)) return [String(Number(value) / 2 + 0.125), OTHER_TEXT]
  const [, prefix, digits] = /^(AS)?(\d{1,15})$/i.exec(value) ?? []
  if (digits !== undefined) return [`${prefix ?? ''}${Number(digits) + 1}`, OTHER_TEXT]
  // The first keeps what a mapper may look for within the value, the second nothing of it.
  return [`${OTHER_TEXT}${value}`, OTHER_TEXT]
}
