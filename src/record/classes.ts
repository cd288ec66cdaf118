/** The OCSF classes that the table names, with the captions of their activities, by ocsf/ocsf-schema 1.8.0. */
export const CLASSES: Readonly<Record<number, { readonly name: string; readonly activities: Readonly<Record<number, string>> }>> = {
  0: { name: 'Base Event', activities: { 0: 'Unknown' } },
  3001: { name: 'Account Change', activities: { 1: 'Create', 5: 'Disable', 6: 'Delete' } },
  3002: { name: 'Authentication', activities: { 1: 'Logon', 2: 'Logoff' } },
  3004: {
    name: 'Entity Management',
    activities: {
      1: 'Create',
      2: 'Read',
      3: 'Update',
      4: 'Delete',
      5: 'Move',
      8: 'Enable',
      9: 'Disable',
      10: 'Activate',
      11: 'Deactivate',
    },
  },
  3005: { name: 'User Access Management', activities: { 1: 'Assign Privileges', 2: 'Revoke Privileges' } },
  3006: {
    name: 'Group Management',
    activities: { 1: 'Assign Privileges', 2: 'Revoke Privileges', 3: 'Add User', 4: 'Remove User', 5: 'Delete', 6: 'Create' },
  },
}

/** An OCSF class and what happened in it. */
export interface Activity {
  readonly classUid: number
  readonly className: string
  readonly activityId: number
  readonly activityName: string
  readonly typeUid: number
  readonly typeName: string
}

/** `name` is for activity 99, which has no caption of its own. */
export function activity(classUid: number, activityId: number, name?: string): Activity {
  const { name: className, activities } = CLASSES[classUid]!
  const activityName = name ?? activities[activityId]!
  return {
    classUid,
    className,
    activityId,
    activityName,
    typeUid: classUid * 100 + activityId,
    typeName: [className, activityName].join(': '), // Joined is flat: JSON.stringify writes what was concatenated more slowly.
  }
}

/** The last word of an event type → the activity of Entity Management. */
const VERBS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    1: ['created', 'added', 'registered', 'sent', 'invited', 'issued', 'provisioned', 'submitted'],
    2: ['looked_up', 'read', 'viewed', 'listed', 'accessed', 'retrieved'],
    3: ['updated', 'upserted', 'bound', 'unbound'],
    4: ['deleted', 'removed'],
    5: ['migrated'],
    8: ['enabled'],
    9: ['disabled', 'archived', 'revoked'],
    10: ['activated', 'attached'],
    11: ['deactivated', 'detached'],
  }).flatMap(([id, verbs]) => verbs.map(verb => [verb, Number(id)] as const)),
)

/** The activity of Entity Management that a verb stands for; undefined for an unknown verb. */
export function activityOfVerb(verb: string): number | undefined {
  return VERBS.get(verb)
}
