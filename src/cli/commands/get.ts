import { EXIT, notFound } from '../exit.ts'
import { type FormatOption, formatOption, mapperOf } from '../format.ts'
import { type JournalOption, journalOption, readerOf } from '../journal.ts'
import { repeatedConfigOption } from '../options.ts'
import type { Register } from '../program.ts'

export const register: Register = (program, { io, action }) => {
  program
    .command('get')
    .description('Prints one event of the journal; of an id that came with several texts, each.')
    .argument('<id>', 'id of the event')
    .addOption(repeatedConfigOption())
    .addOption(journalOption())
    .addOption(formatOption('raw'))
    .action(
      action(async (id: string, options: JournalOption & FormatOption) => {
        await using journal = await readerOf(options, io)
        const mapper = await mapperOf(options)
        const texts = new Set<string>()
        for await (const { event } of journal.find(id)) {
          if (texts.has(event.text)) continue // Two streams may list it.
          texts.add(event.text)
          await io.print(`${mapper(event).json}\n`)
        }
        if (texts.size === 0) throw notFound(`The journal holds no event ${id}: it was never received, or its text is beyond the retention`)
        if (texts.size > 1) io.say(`${texts.size} texts came with the id ${id}; they are printed newest first`)
        return EXIT.done
      }),
    )
}
