import { defineSource } from '../../toolkit/declaration.ts'
import { openaiOrganizationLogsConfig } from './config.ts'

export const openaiOrganizationLogs = defineSource({
  type: 'openai_organization_logs',
  summary:
    'Reads the older log of an OpenAI organization, which is listed by cursor alone. Its past is read newest first; what is new comes beside it.',
  config: openaiOrganizationLogsConfig,
  streams: ['organization'],
  examples: [
    { title: 'The last 30 days, then what is new', yaml: 'api_key: ${OPENAI_ADMIN_KEY}\nstart: 30d\n' },
    {
      title: 'Through a gateway that has it elsewhere',
      yaml: 'api_key: ${file:/run/secrets/openai-admin-key}\nbase_url: https://gateway.example/openai/v1\npath: /organizations/org-example/logs\n',
    },
  ],
  create: async (config, context) => (await import('./source.ts')).createOpenaiOrganizationLogsSource(config, context),
})
