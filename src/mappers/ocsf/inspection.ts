import type { SchemaIssues } from '../../record/schema_issue.ts'
import type { Attribute, Item, Schema } from './schema.ts'

/** What every step of a validation needs. */
export interface Inspection {
  readonly schema: Schema
  /** Profiles that the event names; attributes of others do not exist in it. */
  readonly profiles: ReadonlySet<string>
  readonly issues: SchemaIssues
}

/** The attribute, if it exists with the profiles of the event. */
export function attributeOf(item: Item, name: string, { profiles }: Inspection): Attribute | undefined {
  const attribute = item.attributes.get(name)
  return attribute?.profile === undefined || profiles.has(attribute.profile) ? attribute : undefined
}
