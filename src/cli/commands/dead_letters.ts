import type { DeadLetter, JournalReader } from '../../journal/journal.ts'
import { EXIT, notFound, usageError } from '../exit.ts'
import type { Io } from '../io.ts'
import { iso } from '../iso.ts'
import { type JournalOption, journalOption, journalPathOf, readerOf, unknownName, writerOf } from '../journal.ts'
import { everyLetter } from '../letters.ts'
import { configOf, configOption, jsonOption, parseNumber, repeatedConfigOption } from '../options.ts'
import type { Register } from '../program.ts'
import { retryLetters } from '../retry.ts'
import { table } from '../table.ts'

interface Selection extends JournalOption {
  readonly component?: string
  readonly all?: boolean
}

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
        await checkComponent(journal, component, options, io)
        const found = everyLetter(journal, { component, limit: parseNumber('limit', limit, { minimum: 1, whole: true }) })
        if (json) for await (const letter of found) await io.print(`${JSON.stringify(letter)}\n`)
        else await io.print(table(['id', 'component', 'when', 'event', 'reason'], await Array.fromAsync(found, cells)))
        return EXIT.done
      }),
    )

  sub('show', 'Prints one dead letter with its raw text.')
    .argument('<id>', 'id of the dead letter')
    .action(
      action(async (id: string, options: Selection) => {
        await using journal = await readerOf(options, io)
        const [letter] = await Array.fromAsync(selected(journal, [id], options))
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
        await checkComponent(journal, options.component, options, io)
        const { delivered, left } = await retryLetters(selected(journal, ids, options), { config, journal, io })
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
        await checkComponent(journal, options.component, options, io)
        const found = await Array.fromAsync(selected(journal, ids, options), ({ id }) => id)
        io.say(`${await journal.dropDeadLetters(found)} removed`)
        return EXIT.done
      }),
    )
}

/** Refuses a component that nobody knows and that has no letters: of one that is misspelt, none would look like good news. */
async function checkComponent(journal: JournalReader, component: string | undefined, options: JournalOption, io: Io): Promise<void> {
  if (component === undefined || (await journal.deadLetters({ component, limit: 1 })).length > 0) return
  const config = options.journal === undefined ? configOf(options, io) : { sources: [], sinks: [] }
  const seen = [...(await journal.sinks()), ...(await journal.streams()).map(({ source }) => source)]
  const known = new Set([...seen, ...[...config.sources, ...config.sinks].map(({ id }) => id)])
  if (!known.has(component)) throw unknownName('There is no sink or source', component, known)
}

/** Throws before the first letter where one of the ids is wrong. */
async function* selected(journal: JournalReader, ids: readonly string[], { component, all }: Selection): AsyncGenerator<DeadLetter> {
  if (ids.length > 0 === (all === true)) throw usageError('Name dead letters by their ids, or take --all of them')
  if (all) return yield* everyLetter(journal, { component })
  for (const id of ids) {
    const letter = await journal.deadLetter(id)
    if (letter === undefined || (component !== undefined && letter.component !== component))
      throw notFound(`There is no dead letter ${id}${component === undefined ? '' : ` of ${component}`}`)
  }
  for (const id of new Set(ids)) {
    const letter = await journal.deadLetter(id)
    if (letter !== undefined) yield letter
  }
}

const cells = ({ id, component, atMs, eventId, reason }: DeadLetter) => [id, component, iso(atMs), eventId, reason.slice(0, 200)]
