import type { DeadLetter } from '../../journal/journal.ts'
import { EXIT, notFound, usageError } from '../exit.ts'
import { type JournalOption, journalOption, journalPathOf, readerOf, writerOf } from '../journal.ts'
import { configOf, configOption, jsonOption, parseNumber, repeatedConfigOption } from '../options.ts'
import type { Register } from '../program.ts'
import { retryLetters } from '../retry.ts'
import { table } from '../table.ts'

interface Selection extends JournalOption {
  readonly component?: string
  readonly all?: boolean
}

/** The most letters that one call looks at. */
const LETTERS_MAX = 100_000

export const register: Register = (program, { io, action }) => {
  const letters = program.command('dead-letters').description('Shows, sends again and removes events that were refused for good.')
  const sub = (name: string, summary: string, config = repeatedConfigOption()) =>
    letters
      .command(name)
      .description(summary)
      .addOption(config)
      .addOption(journalOption())
      .option('--component <id>', 'of this sink or source')

  sub('list', 'Prints the dead letters, the oldest first.', configOption())
    .option('--limit <n>', 'the most that are printed', '100')
    .addOption(jsonOption())
    .action(
      action(async ({ component, limit, json, ...options }: Selection & { limit: string; json?: boolean }) => {
        await using journal = await readerOf(options, io)
        const found = await journal.deadLetters({ component, limit: parseNumber('limit', limit, 1, true) })
        if (json) await io.print(found.map(letter => `${JSON.stringify(letter)}\n`).join(''))
        else await io.print(table(['id', 'component', 'when', 'event', 'reason'], found.map(cells)))
        return EXIT.done
      }),
    )

  sub('show', 'Prints one dead letter with its raw text.')
    .argument('<id>', 'id of the dead letter')
    .action(
      action(async (id: string, options: Selection) => {
        await using journal = await readerOf(options, io)
        const letter = await journal.deadLetter(id)
        if (letter === undefined) throw notFound(`There is no dead letter ${id}`)
        await io.print(`${JSON.stringify(letter)}\n`)
        return EXIT.done
      }),
    )

  sub('retry', 'Sends dead letters to their sink again; what is taken is removed here.')
    .argument('[ids...]', 'ids of dead letters')
    .option('--all', 'all of them, or all of --component')
    .action(
      action(async (ids: readonly string[], options: Selection) => {
        const config = configOf(options, io)
        await using journal = await writerOf(journalPathOf(options, io), io)
        const { delivered, left } = await retryLetters(await selected(journal, ids, options), { config, journal, io })
        io.say(`${delivered} delivered, ${left} left`)
        return left === 0 ? EXIT.done : EXIT.failed
      }),
    )

  sub('drop', 'Removes dead letters for ever.')
    .argument('[ids...]', 'ids of dead letters')
    .option('--all', 'all of them, or all of --component')
    .action(
      action(async (ids: readonly string[], options: Selection) => {
        await using journal = await writerOf(journalPathOf(options, io), io)
        const found = await selected(journal, ids, options)
        io.say(`${await journal.dropDeadLetters(found.map(({ id }) => id))} removed`)
        return EXIT.done
      }),
    )
}

async function selected(
  journal: Awaited<ReturnType<typeof readerOf>>,
  ids: readonly string[],
  { component, all }: Selection,
): Promise<readonly DeadLetter[]> {
  if (ids.length > 0 === (all === true)) throw usageError('Name dead letters by their ids, or take --all of them')
  if (all) return journal.deadLetters({ component, limit: LETTERS_MAX })
  return Promise.all(
    ids.map(async id => {
      const letter = await journal.deadLetter(id)
      if (letter === undefined || (component !== undefined && letter.component !== component))
        throw notFound(`There is no dead letter ${id}`)
      return letter
    }),
  )
}

const cells = ({ id, component, atMs, eventId, reason }: DeadLetter) => [
  id,
  component,
  new Date(atMs).toISOString(),
  eventId,
  reason.replaceAll('\n', ' ').slice(0, 200),
]
