import type { CheckedConfig } from '../../config/load.ts'
import { streamName } from '../../core/context.ts'
import type { DeadLetterCount, JournalReader } from '../../journal/journal.ts'
import type { ReadyStatus } from '../../service/admin/routes.ts'
import { openJournalReader } from '../../service/journal.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { EXIT } from '../exit.ts'
import { iso, isoOfSeconds } from '../iso.ts'
import { type JournalOption, journalPathOf, streamOf } from '../journal.ts'
import { configOf, configOption, jsonOption } from '../options.ts'
import type { Register } from '../program.ts'
import { table } from '../table.ts'

/** How long the admin server of a run is waited for. */
const ADMIN_MS_MAX = 2000

interface StatusRow {
  readonly component: string
  readonly state: string
  /** Of a stream: up to when everything has been listed. */
  readonly sealed_to?: string | undefined
  /** Of a sink: events it has still to be sent. */
  readonly waiting?: number | undefined
  /** Of a sink: when the oldest of them was received. */
  readonly oldest?: string | undefined
  /** Of those that were refused for good, how many wait for `dead-letters`. */
  readonly dead_letters: number
  readonly reason?: string | undefined
}

export const register: Register = (program, { io, action }) => {
  program
    .command('status')
    .description('Says what is going on: from the journal, and from the run if there is one.')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(
      action(async (options: JournalOption & { json?: boolean }) => {
        const config = configOf(options, io)
        const ready = await readyStatus(config)
        await using journal = await openJournalReader(journalPathOf(options, io), systemClock)
        const rows = await statusRows(config, journal, ready)
        const { diskBytes, events } = await journal.stats()
        if (options.json) {
          await io.print(`${JSON.stringify({ running: ready !== undefined, journal: { bytes: diskBytes, events }, components: rows })}\n`)
          return EXIT.done
        }
        const run = ready === undefined ? 'no run answers' : 'a run is going on'
        await io.print(`${run}; the journal holds ${events} events in ${(diskBytes / 2 ** 20).toFixed(1)} MiB\n`)
        await io.print(table(['component', 'state', 'sealed to', 'waiting', 'oldest', 'dead letters', 'reason'], rows.map(cells)))
        return EXIT.done
      }),
    )
}

/** What the run says of itself; undefined when none answers. */
async function readyStatus({ service: { admin } }: CheckedConfig): Promise<ReadyStatus | undefined> {
  if (!admin.enabled) return undefined
  const { host, port } = admin.listen
  const name = host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  try {
    const answer = await fetch(`http://${name}:${port}/readyz`, { signal: AbortSignal.timeout(ADMIN_MS_MAX) })
    const value = (await answer.json()) as Partial<ReadyStatus>
    return Array.isArray(value.components) ? (value as ReadyStatus) : undefined
  } catch {
    return undefined // Nobody listens there, or somebody who is no run: both mean that none answers.
  }
}

async function statusRows(config: CheckedConfig, journal: JournalReader, ready: ReadyStatus | undefined): Promise<readonly StatusRow[]> {
  const live = new Map(ready?.components.map(status => [status.component, status]))
  const stateOf = (component: string) => ({ state: live.get(component)?.state ?? '-', reason: live.get(component)?.reason })
  const counts = await journal.countDeadLetters()
  const lettersOf = (of: (count: DeadLetterCount) => boolean) => counts.filter(of).reduce((sum, { letters }) => sum + letters, 0)
  const rows: StatusRow[] = []
  // A stream that has never been let in is known to the run alone.
  for (const name of new Set([...(await journal.streams()).map(streamName), ...live.keys()])) {
    const key = streamOf(name)
    if (key === undefined) continue
    const endS = await journal.sealedTo(key)
    const dead_letters = lettersOf(({ component, stream }) => component === key.source && stream === key.stream)
    rows.push({ component: name, ...stateOf(name), sealed_to: endS === undefined ? undefined : isoOfSeconds(endS), dead_letters })
  }
  for (const { id } of config.sinks) {
    const { events, oldestReceivedMs } = await journal.backlog(id)
    const oldest = oldestReceivedMs === undefined ? undefined : iso(oldestReceivedMs)
    rows.push({ component: id, ...stateOf(id), waiting: events, oldest, dead_letters: lettersOf(({ component }) => component === id) })
  }
  // Those of a sink that is configured no more.
  const told = new Set([...config.sinks.map(({ id }) => id), ...(await journal.streams()).map(({ source }) => source)])
  for (const component of new Set(counts.map(count => count.component)).difference(told))
    rows.push({ component, ...stateOf(component), dead_letters: lettersOf(count => count.component === component) })
  return rows
}

const cells = ({ component, state, sealed_to = '', waiting, oldest = '', dead_letters, reason = '' }: StatusRow) => [
  component,
  state,
  sealed_to,
  waiting === undefined ? '' : String(waiting),
  oldest,
  String(dead_letters),
  reason,
]
