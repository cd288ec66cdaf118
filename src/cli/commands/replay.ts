import type { CheckedConfig } from '../../config/load.ts'
import { comparePositions } from '../../journal/position.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { EXIT } from '../exit.ts'
import { iso } from '../iso.ts'
import { type JournalOption, journalOption, journalPathOf, unknownName, writerOf } from '../journal.ts'
import { configOf, configOption, parseTimeMs } from '../options.ts'
import type { Register } from '../program.ts'

export const register: Register = (program, { io, action }) => {
  program
    .command('replay')
    .description('Moves a sink back, so that the next run sends it again what was received since then. A new sink begins there.')
    .requiredOption('--sink <id>', 'the sink')
    .requiredOption('--from <time>', 'events received at or after this time')
    .addOption(configOption())
    .addOption(journalOption())
    .action(
      action(async ({ sink, from, ...options }: JournalOption & { sink: string; from: string }) => {
        const sinks = options.journal === undefined ? configOf(options, io).sinks : []
        const configured = sinks.find(({ id }) => id === sink)
        const fromMs = stretchStart(parseTimeMs(from, systemClock.now()), configured)
        await using journal = await writerOf(journalPathOf(options, io), io)
        const known = await journal.sinks()
        if (!known.includes(sink) && configured === undefined)
          throw unknownName('The journal knows no sink', sink, new Set([...known, ...sinks.map(({ id }) => id)]))
        const [position, wanted] = [await journal.sinkPosition(sink), await journal.positionAt(fromMs)]
        // Forwards would leave out what it has not been sent. A sink without a position has nothing to leave out.
        const isBehind = position !== undefined && (await comparePositions(journal, position, wanted)) < 0
        if (!isBehind) await journal.resetSinkPosition(sink, wanted)
        const { events, oldestReceivedMs } = await journal.backlog(sink)
        const oldest = oldestReceivedMs === undefined ? '' : `, the oldest received ${iso(oldestReceivedMs)}`
        io.say(`${sink} ${isBehind ? 'stays where it is: it ' : ''}will be sent ${events} events${oldest}`)
        return EXIT.done
      }),
    )
}

/**
 * Where a replay begins. A sink that takes events by stretches of time would write a part of one beside what is there, so
 * it begins with the whole stretch; known only where the sink is configured.
 */
function stretchStart(fromMs: number, configured: CheckedConfig['sinks'][number] | undefined): number {
  if (configured?.spec.batch.alignedTo === undefined) return fromMs
  const lengthMs = configured.settings.batch.timeout
  return Math.floor(fromMs / lengthMs) * lengthMs
}
