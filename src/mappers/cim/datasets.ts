import { actorLabel } from '../../record/actor.ts'
import type { CommonRecord } from '../../record/record.ts'
import { object } from '../../record/values.ts'

/** Tags by which Splunk's data models choose their events. */
export const AUTHENTICATION = ['authentication']
const CHANGE = ['change']
const ACCOUNT_CHANGE = ['change', 'account']
const AUDIT_CHANGE = ['change', 'audit']

const OCSF_AUTHENTICATION = 3002
/** Accounts, and what gives them their rights: users, groups, roles, keys. */
const ACCOUNTS: ReadonlySet<string> = new Set([
  'user',
  'service_account',
  'membership',
  'group',
  'role',
  'role_assignment',
  'resource_role_assignment',
  'api_key',
  'admin_api_key',
  'service_account_token',
  'chatgpt_access_token',
])
const LOGGING_SETTING = 'api_call_logging'

/** The data set of a record with a type. */
export function tagsOf(record: CommonRecord): readonly string[] {
  if (isAuthentication(record)) return AUTHENTICATION
  if (ACCOUNTS.has(record.row.entityKey)) return ACCOUNT_CHANGE
  return changesLogging(record) ? AUDIT_CHANGE : CHANGE
}

/** A sign-in belongs there even if it names nobody; the issue of a token only if somebody can be named. */
function isAuthentication({ row, actor, target }: CommonRecord): boolean {
  if (row.ocsf[0]!.classUid !== OCSF_AUTHENTICATION) return false
  return row.entityKey === 'session' || actorLabel(actor) !== undefined || target.id !== undefined
}

function changesLogging({ details }: CommonRecord): boolean {
  return [details, object(details?.changes_requested), object(details?.data)].some(fields => fields?.[LOGGING_SETTING] !== undefined)
}
