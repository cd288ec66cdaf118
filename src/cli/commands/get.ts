import { EXIT, notFound } from '../exit.ts'
import { type FormatOption, formatOption, mapperOf } from '../format.ts'
import { type JournalOption, journalOption, readerOf } from '../journal.ts'
import { repeatedConfigOption } from '../options.ts'
import type { Register } from '../program.ts'

export const register: Register = (program, { io, action }) => {
  program
    .command('get')
    .description('Prints one event of the journal.')
    .argument('<id>', 'id of the event')
    .addOption(repeatedConfigOption())
    .addOption(journalOption())
    .addOption(formatOption('raw'))
    .action(
      action(async (id: string, options: JournalOption & FormatOption) => {
        await using journal = await readerOf(options, io)
        const found = await journal.find(id)
        if (found === undefined)
          throw notFound(`The journal holds no event ${id}: it was never received, or its text is beyond the retention`)
        await io.print(`${(await mapperOf(options))(found.event).json}\n`)
        return EXIT.done
      }),
    )
}
