import type { StopSignals } from '../../engine/pipeline.ts'
import { stopSignals } from '../../service/stop_signals.ts'
import { ndjsonLine } from '../../toolkit/body/line.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { raced } from '../../toolkit/raced.ts'
import { withinMs } from '../../toolkit/within.ts'
import { EXIT, usageError } from '../exit.ts'
import { type FormatOption, formatOption, mapperOf } from '../format.ts'
import { checkSources, type JournalOption, journalOption, readerOf } from '../journal.ts'
import { configOf, configOption, parseTimeMs } from '../options.ts'
import type { Register } from '../program.ts'

/** How long what is being printed is waited for after a stop. */
const STALLED_MS_MAX = 1000

interface TapOptions extends JournalOption, FormatOption {
  readonly since?: string
  readonly source?: readonly string[]
}

export const register: Register = (program, { io, action }) => {
  program
    .command('tap')
    .description('Prints events as they reach the journal, until it is stopped.')
    .addOption(configOption())
    .addOption(journalOption())
    .option('--since <time>', 'begin with the events received at or after this time')
    .option('--source <id...>', 'events of these sources')
    .addOption(formatOption('raw'))
    .action(
      action(async (options: TapOptions) => {
        using stop = stopSignals(() => {})
        const nowMs = systemClock.now()
        const sinceMs = options.since === undefined ? undefined : parseTimeMs(options.since, nowMs)
        if (sinceMs !== undefined && sinceMs > nowMs)
          throw usageError('--since has to be before now; without it what comes from now on is printed')
        await using journal = await readerOf(options, io)
        // A configured source may have its first events to come.
        const configured = options.journal === undefined ? configOf(options, io).sources.map(({ id }) => id) : []
        await checkSources(journal, options.source, configured)
        const mapper = await mapperOf(options)
        const from = sinceMs === undefined ? await journal.head() : await journal.positionAt(sinceMs)
        const reading = { sources: options.source, batchEventsMax: 1000, endAtHead: stop.softStop }
        for await (const { events } of journal.read(from, reading, stop.hardStop)) {
          if (events.length > 0) {
            const printed = io.print(events.map(event => `${ndjsonLine(mapper(event).json)}\n`).join(''))
            await untilStalled(printed, stop)
          }
          if (stop.softStop.aborted) break
        }
        return EXIT.done
      }),
    )
}

/** Waits for the print; after a soft stop only `STALLED_MS_MAX` longer, for the reader of a pipe may take nothing. */
async function untilStalled(printed: Promise<void>, { softStop, hardStop }: StopSignals): Promise<void> {
  try {
    await raced(printed, softStop)
  } catch (error) {
    if (!softStop.aborted) throw error
    await withinMs(printed, STALLED_MS_MAX, systemClock, hardStop)
  }
}
