import type { JsonObject, JsonValue } from '../core/json.ts'
import type { Cast } from './cast.ts'
import type { CatalogueType, Shape } from './catalogue.ts'
import type { Random } from './random.ts'

interface Setting {
  readonly type: string
  readonly random: Random
  readonly cast: Cast
}

const ROLES = ['owner', 'reader', 'member', 'admin']
const SCOPES = [
  'api.model.read',
  'api.model.request',
  'api.files.write',
  'api.audit_logs.read',
  'api.management.write',
  'resource_2.operation_2',
]
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ2VydGlmaWNhdGVFeGFtcGxlMAoGCCqGSM49\n-----END CERTIFICATE-----\n'

/** Leaves whose name says what they hold. */
const LEAVES: Readonly<Record<string, (setting: Setting) => JsonValue>> = {
  id: targetId,
  allowed_ips: ({ random }) => [`203.0.113.${random.int(0, 240)}/28`, '2001:db8::/48'].slice(0, random.int(1, 2)),
  api_call_logging: ({ random }) =>
    random.pick(['disabled', 'enabled_per_call', 'enabled_for_all_projects', 'enabled_for_selected_projects']),
  certificate: () => CERTIFICATE,
  connector_id: ({ random }) => `connector_${random.hex(12)}`,
  email: ({ random, cast }) => random.pick(cast.people).email,
  error_code: ({ random }) => random.pick(['invalid_credentials', 'mfa_required', 'session_expired']),
  error_message: ({ random }) => random.pick(['Bad password', 'Second factor missing', 'Session already expired']),
  fine_tuned_model_checkpoint: ({ random }) => `ft:gpt-4o-mini-2024-07-18:acme::${random.base62(8)}:ckpt-step-${random.int(1, 999)}`,
  group_name: ({ random, cast }) => random.pick(cast.groups),
  identity_provider_id: ({ random }) => `idp_${random.base62(16)}`,
  permissions: someScopes,
  permissions_added: someScopes,
  permissions_removed: someScopes,
  principal_id: ({ random, cast }) => random.pick(cast.people).id,
  principal_type: ({ random }) => random.pick(['user', 'group', 'service_account']),
  project_id: ({ random, cast }) => random.pick(cast.projects).id,
  resource_id: ({ random, cast }) => random.pick(cast.projects).id,
  resource_type: ({ random }) => random.pick(['api.project', 'api.organization', 'chatgpt.connector']),
  role: ({ random }) => random.pick(ROLES),
  role_name: ({ random }) => random.pick(['Key auditor', 'Model operator', 'Lecteur d’audit']),
  scopes: someScopes,
  service_account_id: ({ random, cast }) => random.pick(cast.serviceAccountIds),
  title: ({ random, cast }) => random.pick(cast.projects).name,
  workspace_id: ({ cast }) => cast.workspaceId,
}

/** What each kind of storage names beside its `type`. */
const PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  aws: ['bucket', 'region', 'account_id', 'external_id', 'role_arn'],
  azure: ['account_name', 'container', 'resource_group', 'subscription_id', 'tenant_id'],
  gcp: ['bucket', 'audience', 'workload_identity_pool_id', 'workload_identity_project_number', 'workload_identity_provider_id'],
  oci: ['bucket', 'region', 'tenancy_ocid'],
}

/** What stands under the type's own name; undefined where the event carries nothing there. */
export function payloadOf({ type, payload }: CatalogueType, random: Random, cast: Cast): JsonValue | undefined {
  const setting = { type, random, cast }
  if (random.chance(0.03)) return undefined
  if (payload !== null) return fill('', payload, setting)
  // Absent, empty, or what a service of this kind would say.
  return random.pick([() => undefined, () => ({}), () => ({ id: targetId(setting), data: freeForm(random) })])()
}

function fill(name: string, shape: Shape, setting: Setting): JsonValue {
  if (typeof shape === 'string') return leaf(name, shape, setting)
  if (isList(shape)) return Array.from({ length: setting.random.int(1, 3) }, () => fill(name, shape[0]!, setting))
  return Object.fromEntries(membersOf(name, Object.keys(shape), setting.random).map(key => [key, member(key, shape[key]!, name, setting)]))
}

const isList = (shape: Shape): shape is readonly Shape[] => Array.isArray(shape)

function member(key: string, shape: Shape, parent: string, setting: Setting): JsonValue {
  if (parent === 'provider' && key === 'type') return setting.random.pick(Object.keys(PROVIDERS))
  return fill(key, shape, setting)
}

/** A change names what was changed; everything else leaves a field out now and then. */
function membersOf(name: string, keys: readonly string[], random: Random): readonly string[] {
  if (name === 'provider') return ['type', ...random.pick(Object.values(PROVIDERS))]
  if (name !== 'changes_requested') return keys.filter(() => !random.chance(0.04))
  const changed = keys.filter(() => random.chance(0.4))
  return changed.length > 0 ? changed : [random.pick(keys)]
}

function leaf(name: string, type: string, setting: Setting): JsonValue {
  const known = LEAVES[name]
  if (known !== undefined) return known(setting)
  const { random } = setting
  switch (type) {
    case 'integer':
      return random.int(1, 5_000) * 100
    case 'boolean':
      return random.chance(0.5)
    case 'array':
      return [random.base62(8)]
    case 'object':
      return freeForm(random)
    default:
      return `${name || 'value'}-${random.base62(8)}`
  }
}

function freeForm(random: Random): JsonObject {
  return {
    display_name: `Entry ${random.base62(6)}`,
    enabled: random.chance(0.5),
    limits: { soft: random.int(1, 99), hard: null },
    tags: ['a', 'b'],
  }
}

function someScopes({ random }: Setting): readonly string[] {
  const scopes = SCOPES.filter(() => random.chance(0.35))
  return scopes.length > 0 ? scopes : [random.pick(SCOPES)]
}

function targetId({ type, random, cast }: Setting): string {
  const known = random.chance(0.5)
  switch (type.split('.')[0]) {
    case 'api_key':
      return known ? random.pick(cast.keyIds) : `key_${random.base62(16)}`
    case 'user':
      return random.pick(cast.people).id
    case 'project':
      return known ? random.pick(cast.projects).id : `proj_${random.base62(24)}`
    case 'service_account':
      return random.pick(cast.serviceAccountIds)
    case 'organization':
    case 'scim':
      return cast.organizationId
    case 'certificate':
    case 'certificates':
      return `cert_${random.base62(20)}`
    default:
      return `${type.split('.')[0]!.slice(0, 8)}_${random.base62(16)}`
  }
}
