import { type Actor, actorLabel } from '../../record/actor.ts'
import { toRecord } from '../../record/record.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { EXIT, usageError } from '../exit.ts'
import { iso } from '../iso.ts'
import { type JournalOption, journalOption, readerOf } from '../journal.ts'
import { configOption, jsonOption, parseTimeMs } from '../options.ts'
import type { Register } from '../program.ts'
import { table } from '../table.ts'

interface ReportOptions extends JournalOption {
  readonly from: string
  readonly to?: string
  readonly actor?: string
  readonly type?: string
  readonly json?: boolean
}

interface ReportRow {
  readonly actor: string
  readonly type: string
  readonly events: number
  readonly first: string
  readonly last: string
}

/** The most different pairs of actor and type that are told apart (invariant 5). */
const ROWS_MAX = 100_000

export const register: Register = (program, { io, action }) => {
  program
    .command('report')
    .description('Says who did what when: the retained events of a range of time, by actor and type.')
    .addOption(configOption())
    .addOption(journalOption())
    .option('--from <time>', 'events that happened at or after this time', '7d')
    .option('--to <time>', 'events that happened before this time')
    .option('--actor <text>', 'of actors whose e-mail address, name or id contains this')
    .option('--type <type>', 'of this type, or of all that begin with `login.*`')
    .addOption(jsonOption())
    .action(
      action(async (options: ReportOptions) => {
        const nowMs = systemClock.now()
        const range = { fromMs: parseTimeMs(options.from, nowMs), toMs: options.to === undefined ? nowMs : parseTimeMs(options.to, nowMs) }
        if (range.fromMs >= range.toMs) throw usageError('--from has to be before --to')
        await using journal = await readerOf(options, io)
        const rows = await gather(journal.range(range), options)
        if (options.json) await io.print(rows.map(row => `${JSON.stringify(row)}\n`).join(''))
        else
          await io.print(
            table(
              ['actor', 'type', 'events', 'first', 'last'],
              rows.map(row => Object.values(row).map(String)),
            ),
          )
        return EXIT.done
      }),
    )
}

async function gather(
  events: AsyncIterable<Parameters<typeof toRecord>[0]>,
  { actor, type }: Pick<ReportOptions, 'actor' | 'type'>,
): Promise<readonly ReportRow[]> {
  const rows = new Map<string, { actor: string; type: string; events: number; firstMs: number; lastMs: number }>()
  const isType = matcher(type)
  const wanted = actor?.toLowerCase()
  const isActor = ({ email, name, userId, serviceAccountId, keyId }: Actor, who: string) =>
    wanted === undefined || [who, email, name, userId, serviceAccountId, keyId].some(text => text?.toLowerCase().includes(wanted) === true)
  for await (const event of events) {
    const record = toRecord(event)
    const who = nameOf(record.actor)
    if (!isType(record.type) || !isActor(record.actor, who)) continue
    const key = `${who}\0${record.type}`
    const row = rows.get(key)
    if (row === undefined) {
      if (rows.size >= ROWS_MAX)
        throw usageError(`There are more than ${ROWS_MAX} pairs of actor and type; take a shorter range, --actor or --type`)
      rows.set(key, { actor: who, type: record.type, events: 1, firstMs: event.timeMs, lastMs: event.timeMs })
    } else {
      row.events++
      row.firstMs = Math.min(row.firstMs, event.timeMs)
      row.lastMs = Math.max(row.lastMs, event.timeMs)
    }
  }
  return [...rows.values()]
    .sort((a, b) => a.actor.localeCompare(b.actor) || a.type.localeCompare(b.type))
    .map(({ firstMs, lastMs, ...row }) => ({ ...row, first: iso(firstMs), last: iso(lastMs) }))
}

/** People may share a name, but no id. */
function nameOf(actor: Actor): string {
  const { email, name, id = actor.keyId } = actor
  const label = actorLabel(actor) ?? 'unknown'
  return email === undefined && name !== undefined && id !== undefined ? `${label} (${id})` : label
}

function matcher(type: string | undefined): (type: string) => boolean {
  if (type === undefined) return () => true
  return type.endsWith('*') ? own => own.startsWith(type.slice(0, -1)) : own => own === type
}
