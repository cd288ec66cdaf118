/**
 * What differs between releases of OCSF, as far as our events can tell. A new release is a new entry, its
 * schema file, and nothing else.
 */
export interface OcsfVersion {
  readonly version: string
  /** JA3 and JA4 have a place at the endpoint; before 1.8.0 they go to `unmapped.session`. */
  readonly endpointFingerprints: boolean
  readonly originalEventUid: boolean
  readonly logFormat: boolean
  readonly rawDataSize: boolean
  readonly rawDataHash: boolean
  /** Where a user's API key stands. */
  readonly keyAttribute: 'programmatic_credentials' | 'credential_uid'
  /** `user.type_id` of a service account; 99 where the release has no number for it. */
  readonly serviceTypeId: 4 | 99
  /** Whether `entity.type_id` 7, Network Zone, exists. */
  readonly networkZone: boolean
  /** Whether ids of users and ids and names of groups are kinds of observables. */
  readonly uidObservables: boolean
  /** Where User Access Management puts what a privilege is for. */
  readonly resourceAttribute: 'resources' | 'resource'
  /** Classes in which `actor` belongs to the profile `host`, which the event then has to name. */
  readonly hostActorClasses: ReadonlySet<number>
  /** Whether Group Management wants a privilege or a user. */
  readonly groupNeedsMember: boolean
  /** Whether the profile `security_control`, and so `attacks`, applies to these classes. */
  readonly attacks: boolean
  /** Characters that a string may have. A longer original goes to `unmapped`, other strings are cut. */
  readonly textCharsMax: number
}

export const OCSF_VERSIONS = {
  '1.8.0': {
    version: '1.8.0',
    endpointFingerprints: true,
    originalEventUid: true,
    logFormat: true,
    rawDataSize: true,
    rawDataHash: true,
    keyAttribute: 'programmatic_credentials',
    serviceTypeId: 4,
    networkZone: true,
    uidObservables: true,
    resourceAttribute: 'resources',
    hostActorClasses: new Set(),
    groupNeedsMember: false,
    attacks: true,
    textCharsMax: Number.POSITIVE_INFINITY,
  },
  '1.3.0': {
    version: '1.3.0',
    endpointFingerprints: false,
    originalEventUid: false,
    logFormat: false,
    rawDataSize: false,
    rawDataHash: false,
    keyAttribute: 'credential_uid',
    serviceTypeId: 99,
    networkZone: false,
    uidObservables: false,
    resourceAttribute: 'resource',
    hostActorClasses: new Set([3004, 3005, 3006]),
    groupNeedsMember: true,
    attacks: false,
    textCharsMax: 65_535,
  },
} as const satisfies Readonly<Record<string, OcsfVersion>>

export type OcsfVersionName = keyof typeof OCSF_VERSIONS
export const OCSF_VERSION_NAMES = Object.keys(OCSF_VERSIONS) as readonly OcsfVersionName[]
