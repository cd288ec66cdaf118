/** What the events are about, as destinations show it. */
export const PRODUCT = 'OpenAI Platform'

/** `service.name` of OpenTelemetry, and Datadog's service. */
export const SERVICE_NAME = 'openai-audit-logs'

/** OpenTelemetry's `eventName`: `openai.audit.login.failed`. */
export function eventNameOf(type: string): string {
  return ['openai.audit', type].join('.') // Joined is flat: JSON.stringify writes what was concatenated more slowly.
}
