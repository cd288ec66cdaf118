import type { JsonObject, JsonValue } from '../core/json.ts'
import { object, text, texts } from './values.ts'

/** How much a record matters, in each format's own numbers. */
export interface Severity {
  readonly name: SeverityName
  /** OCSF `severity_id`. */
  readonly id: number
  readonly caption: string
  /** ECS `event.severity`, with the numbers that Elastic's detection rules use. */
  readonly ecs: number
  /** OpenTelemetry SeverityNumber. */
  readonly otel: number
}

export const SEVERITY_NAMES = ['informational', 'low', 'medium', 'high', 'critical'] as const
export type SeverityName = (typeof SEVERITY_NAMES)[number]

export const SEVERITIES: Readonly<Record<SeverityName, Severity>> = {
  informational: { name: 'informational', id: 1, caption: 'Informational', ecs: 10, otel: 9 },
  low: { name: 'low', id: 2, caption: 'Low', ecs: 21, otel: 10 },
  medium: { name: 'medium', id: 3, caption: 'Medium', ecs: 47, otel: 13 },
  high: { name: 'high', id: 4, caption: 'High', ecs: 73, otel: 14 },
  critical: { name: 'critical', id: 5, caption: 'Critical', ecs: 99, otel: 17 },
}

/** What in a payload lifts the severity of a row, by the name the table uses. */
export const RISES = {
  /** An owner or admin role is given. */
  privileged_role: (roles: readonly string[]) => (roles.some(isPrivileged) ? SEVERITIES.high : undefined),
  /** An invitation carries the owner role. */
  owner_invited: (roles: readonly string[]) => (roles.some(role => /owner/i.test(role)) ? SEVERITIES.medium : undefined),
  /** A key may do everything, or administer. */
  wide_scope: (_: readonly string[], payload: JsonObject | undefined) =>
    listed(payload, 'scopes').some(isWideScope) ? SEVERITIES.medium : undefined,
  /** The content of API calls is no longer logged. */
  call_logging_off: (_: readonly string[], payload: JsonObject | undefined) =>
    found(payload, 'api_call_logging').some(value => text(value)?.toLowerCase() === 'disabled') ? SEVERITIES.high : undefined,
  /** An allowlist lets every address in. */
  admits_everybody: (_: readonly string[], payload: JsonObject | undefined) =>
    listed(payload, 'allowed_ips').some(admitsEverybody) ? SEVERITIES.high : undefined,
} as const satisfies Readonly<Record<string, (roles: readonly string[], payload: JsonObject | undefined) => Severity | undefined>>

export type RiseName = keyof typeof RISES

const isPrivileged = (role: string) => /owner|admin/i.test(role)
const isWideScope = (scope: string) => /^all$|admin|management|organization/i.test(scope.trim())
const admitsEverybody = (network: string) => /^(0\.0\.0\.0|::|[0-9a-f.:]+\/0+)$/i.test(network.trim())

/** The field's values at the top of the payload, under `data` and under `changes_requested`: the published records disagree. */
function found(payload: JsonObject | undefined, field: string): readonly (JsonValue | undefined)[] {
  return [payload?.[field], object(payload?.data)?.[field], object(payload?.changes_requested)?.[field]]
}

function listed(payload: JsonObject | undefined, field: string): readonly string[] {
  return found(payload, field).flatMap(texts)
}
