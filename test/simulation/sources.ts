import type { ComponentContext } from '../../src/core/context.ts'
import type { Source } from '../../src/core/source.ts'
import type { FetchPage } from '../../src/paging/client.ts'
import { openaiAuditConfig } from '../../src/sources/openai_audit/config.ts'
import { createOpenaiAuditSource } from '../../src/sources/openai_audit/source.ts'
import { openaiOrganizationLogsConfig } from '../../src/sources/openai_organization_logs/config.ts'
import { createOpenaiOrganizationLogsSource } from '../../src/sources/openai_organization_logs/source.ts'
import type { WriteRecord } from './audit_api.ts'

export type SourceName = 'openai_audit' | 'openai_organization_logs'

/** How a source is set up for a simulation, and the records that its API writes. */
export interface SimulatedSource {
  readonly write: WriteRecord
  create(pageEvents: number, context: ComponentContext, fetchPage: FetchPage): Source
}

const settings = (pageEvents: number) => ({
  api_key: 'k',
  start: '3d',
  page_size: pageEvents,
  poll_interval: '15s',
  overlap: '5m',
  sweep_interval: '1m',
})

export const SIMULATED: Readonly<Record<SourceName, SimulatedSource>> = {
  openai_audit: {
    write: (id, atS) => `{"id": "${id}",  "type":"api_key.created","effective_at":${atS}}`,
    create: (pageEvents, context, fetchPage) =>
      createOpenaiAuditSource(openaiAuditConfig.parse({ ...settings(pageEvents), window_concurrency: 4 }), context, fetchPage),
  },
  openai_organization_logs: {
    write: (id, atS) => `{"id": "${id}",  "event":"api_key.created","created_at":${atS},"success":true}`,
    create: (pageEvents, context, fetchPage) =>
      createOpenaiOrganizationLogsSource(openaiOrganizationLogsConfig.parse(settings(pageEvents)), context, fetchPage),
  },
}
