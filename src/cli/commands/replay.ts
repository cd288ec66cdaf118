import { systemClock } from '../../toolkit/clock.ts'
import { EXIT, notFound } from '../exit.ts'
import { type JournalOption, journalOption, journalPathOf, writerOf } from '../journal.ts'
import { configOption, parseTimeMs } from '../options.ts'
import type { Register } from '../program.ts'

export const register: Register = (program, { io, action }) => {
  program
    .command('replay')
    .description('Moves a sink back, so that the next run sends it again what was received since then.')
    .requiredOption('--sink <id>', 'the sink')
    .requiredOption('--from <time>', 'events received at or after this time')
    .addOption(configOption())
    .addOption(journalOption())
    .action(
      action(async ({ sink, from, ...options }: JournalOption & { sink: string; from: string }) => {
        const fromMs = parseTimeMs(from, systemClock.now())
        await using journal = await writerOf(journalPathOf(options, io), io)
        const known = await journal.sinks()
        if (!known.includes(sink))
          throw notFound(`No sink "${sink}" has a position in the journal; there are: ${known.join(', ') || 'none'}`)
        await journal.resetSinkPosition(sink, await journal.positionAt(fromMs))
        const { events, oldestReceivedMs } = await journal.backlog(sink)
        const oldest = oldestReceivedMs === undefined ? '' : `, the oldest received ${new Date(oldestReceivedMs).toISOString()}`
        io.say(`${sink} will be sent ${events} events${oldest}`)
        return EXIT.done
      }),
    )
}
