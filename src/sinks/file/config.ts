import { z } from 'zod'
import { bytes, duration } from '../../toolkit/settings.ts'
import { templateFault } from './template.ts'

export const fileConfig = z.strictObject({
  path: z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const fault = templateFault(text)
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, input: text })
    })
    .describe(
      'The file, such as `/var/log/tailrace/{source}/audit-%Y-%m-%d.ndjson`. Placeholders: {source}, {stream}, and the time of writing in UTC, %Y %m %d %H. The folder before the first placeholder has to exist; those below it are made. Whatever has such a name, of a source that the sink is sent, is taken for a file of the sink, to be closed, compressed and removed; no two sinks may name the same file. The files of a source that was taken from the configuration, and those of another path that was set before, stay as they are: see to them yourself.',
    ),
  rotate_every: z
    .enum(['hour', 'day', 'never'])
    .default('day')
    .describe('When a new file is begun, in UTC, also where the path names no date. A path with a date changes with it all the same.'),
  rotate_bytes: bytes({ min: '1KiB', max: '1TiB' })
    .prefault('1GiB')
    .describe('A file that would grow beyond is closed first. A closed file has a number: `audit.0001.ndjson`.'),
  compress_closed: z
    .boolean()
    .default(true)
    .describe('Compresses closed files with gzip: `audit.0001.ndjson.gz`. A run that ends by itself waits for it, up to 60 s.'),
  files_max: z.int().min(1).max(1_000_000).optional().describe('Closed files that are kept of each series; the oldest go. Default: all.'),
  age_max: duration({ min: '1h', max: '36500d' })
    .optional()
    .describe('Closed files whose last line is older are removed. Default: they are kept.'),
})

export type FileConfig = z.output<typeof fileConfig>
