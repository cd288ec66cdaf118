import { ndjsonLine } from '../../toolkit/body/line.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { EXIT, usageError } from '../exit.ts'
import { type FormatOption, formatOption, mapperOf } from '../format.ts'
import { checkSources, type JournalOption, journalOption, readerOf } from '../journal.ts'
import { configOption, parseTimeMs } from '../options.ts'
import { OutputFile } from '../output_file.ts'
import type { Register } from '../program.ts'

interface ExportOptions extends JournalOption, FormatOption {
  readonly from?: string
  readonly to?: string
  readonly source?: readonly string[]
}

/** Characters gathered before one write. */
const CHUNK_CHARS = 256 * 1024

export const register: Register = (program, { io, action }) => {
  program
    .command('export')
    .description('Writes the retained events of a range of time as NDJSON, in the order of receipt.')
    .argument('[file]', 'file to make; standard output by default')
    .addOption(configOption())
    .addOption(journalOption())
    .option('--from <time>', 'events that happened at or after this time')
    .option('--to <time>', 'events that happened before this time')
    .option('--source <id...>', 'events of these sources')
    .addOption(formatOption('raw'))
    .action(
      action(async (path: string | undefined, options: ExportOptions) => {
        const nowMs = systemClock.now()
        const fromMs = options.from === undefined ? 0 : parseTimeMs(options.from, nowMs)
        const toMs = options.to === undefined ? Number.MAX_SAFE_INTEGER : parseTimeMs(options.to, nowMs)
        if (fromMs >= toMs) throw usageError('--from has to be before --to')
        await using scope = new AsyncDisposableStack()
        const journal = scope.use(await readerOf(options, io))
        await checkSources(journal, options.source)
        const mapper = await mapperOf(options)
        const file = path === undefined ? undefined : scope.use(await OutputFile.create(path))
        let events = 0
        let chunk = ''
        const flush = async () => {
          if (file === undefined) await io.print(chunk)
          else await file.append(chunk)
          chunk = ''
        }
        for await (const event of journal.range({ fromMs, toMs, sources: options.source })) {
          chunk += `${ndjsonLine(mapper(event).json)}\n`
          events++
          if (chunk.length >= CHUNK_CHARS) await flush()
        }
        if (chunk !== '') await flush()
        await file?.sync()
        io.say(`${events} events${path === undefined ? '' : ` in ${path}`}`)
        return EXIT.done
      }),
    )
}
