import { z } from 'zod'
import type { SinkContext } from '../../src/core/context.ts'
import type { Sink } from '../../src/core/sink.ts'
import type { Source } from '../../src/core/source.ts'
import { REGISTRY, type Registry } from '../../src/registry.ts'
import { defineSink, defineSource } from '../../src/toolkit/declaration.ts'
import { duration, httpUrl, secret } from '../../src/toolkit/settings.ts'

/** A registry whose two components have a setting of every kind there is. */
export function exampleRegistry(
  create: { source?: (id: string) => Promise<Source>; sink?: (id: string, context: SinkContext) => Promise<Sink> } = {},
): Registry {
  const missing = () => Promise.reject(new Error('This registry creates nothing'))
  const example_api = defineSource({
    type: 'example_api',
    summary: 'An API.',
    config: z.strictObject({
      api_key: secret().describe('Admin key.'),
      base_url: httpUrl().prefault('https://api.example').describe('Base URL.'),
      page_size: z.int().min(1).max(100).default(100).describe('Events of a page.'),
      poll_interval: duration({ min: '1s', max: '1h' }).prefault('15s').describe('Pause between polls.'),
      tenant_events: z.boolean().default(false).describe('Also the tenant.'),
      event_types: z.array(z.string().min(1)).max(3).optional().describe('Only these.'),
    }),
    streams: ['organization'],
    examples: [],
    create: (_, { id }) => (create.source ?? missing)(id),
  })
  const example_hec = defineSink({
    type: 'example_hec',
    summary: 'A destination.',
    config: z.strictObject({
      url: httpUrl().describe('Base URL.'),
      token: secret().describe('Token.'),
      index: z.string().max(20).optional().describe('Index.'),
      acknowledge: z.boolean().default(false).describe('Wait for the indexer.'),
      fields: z.record(z.string().max(20), z.string()).optional().describe('Constant fields.'),
    }),
    examples: [],
    format: 'ecs',
    batch: { eventsMax: 500, bytesMax: 1_000_000, timeoutMs: 1000 },
    batchLimits: { eventsMax: 1000 },
    concurrency: 4,
    create: (_, context) => (create.sink ?? missing)(context.id, context),
  })
  return { sources: [example_api], sinks: [example_hec], formats: REGISTRY.formats }
}
