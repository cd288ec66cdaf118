import { defineSource } from '../../toolkit/declaration.ts'
import { openaiAuditConfig } from './config.ts'

export const openaiAudit = defineSource({
  type: 'openai_audit',
  summary: 'Reads the audit log of an OpenAI organization.',
  config: openaiAuditConfig,
  streams: ['organization', 'tenant'],
  examples: [
    { title: 'The last 30 days, then what is new', yaml: 'api_key: ${OPENAI_ADMIN_KEY}\nstart: 30d\n' },
    {
      title: 'A key that can be rotated without a restart, and the tenant-scoped events',
      yaml: 'api_key: ${file:/run/secrets/openai-admin-key}\ntenant_events: true\n',
    },
  ],
  create: async (config, context) => (await import('./source.ts')).createOpenaiAuditSource(config, context),
})
