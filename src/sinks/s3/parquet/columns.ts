import COLUMNS from './columns.json' with { type: 'json' }

/** What a column holds; `json` is JSON text, for what has no fixed attributes. */
export type Scalar = 'string' | 'int' | 'long' | 'double' | 'boolean' | 'json'
export interface Struct {
  readonly [attribute: string]: Column
}
/** A list has its element as its only member. */
export type Column = Scalar | Struct | readonly [Column]

const BY_VERSION = COLUMNS as unknown as Readonly<Record<string, Readonly<Record<string, Struct>>>>

/**
 * The columns of a class of OCSF: every attribute that one of our events has had, with the type of the schema. They are
 * the same in every object, as a table over all of them needs; `columns.test.ts` writes the file.
 * Undefined for a class without.
 */
export function columnsOf(ocsfVersion: unknown, classUid: unknown): Struct | undefined {
  return BY_VERSION[String(ocsfVersion)]?.[String(classUid)]
}
