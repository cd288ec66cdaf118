import type { Origin, Provenance } from './provenance.ts'

const VALUE_CHARS_MAX = 48
const FIELD_CHARS_MAX = 44

/** For people: a line a field. */
export function provenanceText({ id, type, known, note, fields }: Provenance): string {
  const row = type === '' ? 'no type' : known ? `row ${type}` : `${type}: no row, one is made from its words`
  const rows = fields.map(
    ({ field, value, from }) => [field, cut(JSON.stringify(value), VALUE_CHARS_MAX), from.map(words).join(', ')] as const,
  )
  const widths = [0, 1].map(column =>
    Math.min(column === 0 ? FIELD_CHARS_MAX : VALUE_CHARS_MAX, Math.max(...rows.map(cells => cells[column]!.length))),
  )
  const lines = rows.map(([field, value, from]) => `  ${field.padEnd(widths[0]!)}  ${value.padEnd(widths[1]!)}  ${from}`)
  return `${id}  ${row}${note === undefined ? '' : `  (rule ${note} of docs/mapping.md)`}\n${lines.join('\n')}`
}

function words(origin: Origin): string {
  if ('received' in origin)
    return origin.how === 'as_is' ? origin.received : `${origin.received} (${origin.how === 'part' ? 'within' : 'decides'})`
  if ('row' in origin) return origin.value === undefined ? `row.${origin.row}` : `row.${origin.row} ${JSON.stringify(origin.value)}`
  if ('text' in origin) return 'the received text'
  if ('time' in origin) return origin.time === 'received' ? 'time of receipt' : 'time of the mapping'
  return 'constant'
}

const cut = (text: string, charsMax: number) => (text.length > charsMax ? `${text.slice(0, charsMax - 1)}…` : text)
