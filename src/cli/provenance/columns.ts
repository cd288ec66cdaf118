import { TABLE, type TableRow } from '../../record/table.ts'

/** The columns of a row that the output depends on; `type` is the row's own name. */
const COLUMNS = [
  'ocsf',
  'entity',
  'entity_type_id',
  'target',
  'category',
  'event_type',
  'outcome',
  'severity',
  'rises',
  'attack',
] as const satisfies readonly (keyof TableRow)[]
export type Column = (typeof COLUMNS)[number]

const KEYS: ReadonlyMap<Column, readonly string[]> = new Map(
  COLUMNS.map(column => [column, TABLE.map(row => JSON.stringify(row[column]) ?? '')]),
)
/** One column, then two at once, those with the fewest values first: the least that a field can follow from. */
const CHOICES: readonly { readonly columns: readonly Column[]; readonly keys: readonly string[] }[] = choices()

function choices() {
  const single = COLUMNS.map(column => ({ columns: [column], keys: KEYS.get(column)! }))
  const pairs = COLUMNS.flatMap((first, index) =>
    COLUMNS.slice(index + 1).map(second => ({
      columns: [first, second],
      keys: KEYS.get(first)!.map((key, row) => `${key} ${KEYS.get(second)![row]}`),
    })),
  )
  const bySize = (a: { keys: readonly string[] }, b: { keys: readonly string[] }) => new Set(a.keys).size - new Set(b.keys).size
  return [...single.toSorted(bySize), ...pairs.toSorted(bySize)]
}

/**
 * The columns that a field follows from: over all rows of the table, what is the same in them is the same in the field.
 * `values` are the field's, by row. Empty: the same in every row. Undefined: it follows from nothing less than the type.
 */
export function columnsBehind(values: readonly (string | undefined)[]): readonly Column[] | undefined {
  if (new Set(values).size === 1) return []
  return CHOICES.find(({ keys }) => follows(keys, values))?.columns
}

function follows(keys: readonly string[], values: readonly (string | undefined)[]): boolean {
  const byKey = new Map<string, string | undefined>()
  for (const [row, key] of keys.entries()) {
    if (byKey.has(key) && byKey.get(key) !== values[row]) return false
    byKey.set(key, values[row])
  }
  return true
}
