import COLUMNS from './columns.json' with { type: 'json' }

/** What a column holds; `json` is JSON text, for what has no fixed attributes. */
export type Scalar = 'string' | 'int' | 'long' | 'double' | 'boolean' | 'json'
export interface Struct {
  readonly [attribute: string]: Column
}
/** A list has its element as its only member. */
export type Column = Scalar | Struct | readonly [Column]

type Version = keyof typeof COLUMNS
const BY_VERSION = COLUMNS as unknown as Readonly<Record<Version, Readonly<Record<string, Struct>>>>
/** The class that every other is made from. */
const BASE_EVENT = '0'

/**
 * The columns of a class of OCSF: every attribute that one of our events has had, with the type of the schema. They are
 * the same in every object, as a table over all of them needs; `columns.test.ts` writes the file.
 * A class without columns of its own has those of the base event, so that no event is refused (invariant 4).
 */
export function columnsOf(ocsfVersion: unknown, classUid: unknown): Struct {
  const version = BY_VERSION[ocsfVersion as Version] ?? BY_VERSION['1.8.0']
  return version[String(classUid)] ?? version[BASE_EVENT]!
}
