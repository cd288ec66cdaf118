import type { Clock } from '../core/clock.ts'
import type { CommonRecord } from './record.ts'
import { SEVERITIES, type Severity, type SeverityName } from './severity.ts'
import { currentNameOf } from './table.ts'

export interface Organization {
  readonly id?: string | undefined
  readonly name?: string | undefined
}

/** What every mapper is told; all but the clock have defaults. */
export interface MapperOptions {
  /** Gives the time of the mapping. */
  readonly clock: Pick<Clock, 'now'>
  /** The organization that the source of this id reads, which the record does not tell. */
  readonly organization?: ((source: string) => Organization | undefined) | undefined
  /** Whether the record's own text travels along. Default: true. */
  readonly includeOriginal?: boolean | undefined
  /** Severity by event type, instead of the table's; a payload does not lift what is set here. */
  readonly severity?: Readonly<Record<string, SeverityName>> | undefined
  /**
   * Whether ATT&CK techniques are written; an object gives, by event type, those that replace the table's. Default: false,
   * for a record is no finding.
   */
  readonly attack?: boolean | Readonly<Record<string, readonly string[]>> | undefined
}

/** The severity that a destination gives a record. */
export function severityFor(overrides: MapperOptions['severity']): (record: CommonRecord) => Severity | undefined {
  if (overrides === undefined) return record => record.severity
  const byType = new Map(Object.entries(overrides).map(([type, name]) => [type, SEVERITIES[name]]))
  return record => settingOf(byType, record) ?? record.severity
}

/** What is set for a type holds for its retired spelling too. */
const settingOf = <T>(byType: ReadonlyMap<string, T>, { type }: CommonRecord): T | undefined =>
  byType.get(type) ?? byType.get(currentNameOf(type))

const NO_TECHNIQUES: readonly string[] = []

/** The ids of the techniques that a destination is told of a record: `T1110.004`. */
export function techniquesFor(attack: MapperOptions['attack']): (record: CommonRecord) => readonly string[] {
  if (attack === undefined || attack === false) return () => NO_TECHNIQUES
  if (attack === true) return record => record.row.attack
  const byType = new Map(Object.entries(attack))
  return record => settingOf(byType, record) ?? record.row.attack
}
