import { defineSink } from '../../toolkit/declaration.ts'
import { fileClash } from './clash.ts'
import { fileConfig } from './config.ts'

export const file = defineSink({
  type: 'file',
  summary: 'Files of JSON lines (NDJSON), by day and size. An event counts as delivered when its line is synchronized to the disk.',
  config: fileConfig,
  format: 'ecs',
  batch: { eventsMax: 5000, bytesMax: 8 * 2 ** 20, timeoutMs: 1000 },
  concurrency: 1,
  examples: [
    { title: 'One file a day and source', yaml: 'path: /var/log/tailrace/{source}/audit-%Y-%m-%d.ndjson\n' },
    {
      title: 'One file for a collector that follows it, at most 20 of 100 MiB behind it',
      yaml: 'path: /var/log/tailrace/audit.ndjson\nrotate_bytes: 100MiB\ncompress_closed: false\nfiles_max: 20\n',
    },
  ],
  clash: fileClash,
  create: async (config, context) => {
    const { FileSink } = await import('./sink.ts')
    return new FileSink(config, context)
  },
})
