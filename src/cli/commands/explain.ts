import type { CheckedConfig } from '../../config/load.ts'
import type { Position } from '../../core/batch.ts'
import type { LogEvent } from '../../core/event.ts'
import { createFilter } from '../../filter/filter.ts'
import type { DeadLetter, FoundEvent, JournalReader, LedgerRow } from '../../journal/journal.ts'
import { comparePositions } from '../../journal/position.ts'
import { EXIT, notFound } from '../exit.ts'
import { iso, isoOfSeconds } from '../iso.ts'
import { type JournalOption, journalOption, readerOf } from '../journal.ts'
import { configOf, jsonOption, repeatedConfigOption } from '../options.ts'
import type { Register } from '../program.ts'

/** The most dead letters of the event: one for each sink, and for each time it was refused again. */
const LETTERS_MAX = 100

interface Life {
  readonly id: string
  readonly source: string
  readonly stream: string
  readonly happened: string
  readonly received: string
  /** The windows that were listed to their end with it in them, the first first. */
  readonly windows: readonly { readonly from: string; readonly to: string; readonly sealed: string }[]
  readonly sinks: readonly { readonly sink: string; readonly state: string }[]
}

export const register: Register = (program, { io, action }) => {
  program
    .command('explain')
    .description("Tells one event's life: when it happened, when it was received, in which window, and what became of it at each sink.")
    .argument('<id>', 'id of the event')
    .addOption(repeatedConfigOption())
    .addOption(journalOption())
    .addOption(jsonOption())
    .action(
      action(async (id: string, options: JournalOption & { json?: boolean }) => {
        await using journal = await readerOf(options, io)
        const found = await newestOf(journal, id)
        const event = found?.event
        const letters = await journal.deadLetters({ eventId: id, limit: LETTERS_MAX })
        if (event === undefined && letters.length === 0) {
          throw notFound(`The journal holds no event ${id}: it was never received, or its text is beyond the retention`)
        }
        const notFor =
          options.journal === undefined && event !== undefined ? keptFrom(configOf(options, io), event) : new Map<string, string>()
        const life = await lifeOf(journal, tracesOf(event ?? letters[0]!, found?.position), id, letters, notFor)
        await io.print(options.json ? `${JSON.stringify(life)}\n` : told(life))
        return EXIT.done
      }),
    )
}

async function newestOf(journal: JournalReader, id: string): Promise<FoundEvent | undefined> {
  for await (const found of journal.find(id)) return found
  return undefined
}

interface Traces extends Pick<LogEvent, 'source' | 'stream' | 'timeMs' | 'receivedMs'> {
  /** Undefined: its text is beyond the retention, and waits for nobody. */
  readonly position: Position | undefined
}

function tracesOf({ source, stream, timeMs, receivedMs }: Omit<Traces, 'position'>, position: Position | undefined): Traces {
  return { source, stream, timeMs, receivedMs, position }
}

/** The sinks that are not sent the event, as they are configured now, and why. */
function keptFrom({ sinks }: CheckedConfig, event: LogEvent): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>()
  for (const { id, settings } of sinks) {
    const { inputs, filter, severity } = settings
    if (inputs?.includes(event.source) === false) reasons.set(id, `not sent: ${event.source} is not among its inputs`)
    else if (filter !== undefined && !createFilter(filter, severity)(event).passes) reasons.set(id, 'not sent: left out by its filter')
  }
  return reasons
}

async function lifeOf(
  journal: JournalReader,
  event: Traces,
  id: string,
  letters: readonly DeadLetter[],
  notFor: ReadonlyMap<string, string>,
): Promise<Life> {
  const second = Math.floor(event.timeMs / 1000)
  const rows = await Array.fromAsync(journal.ledger(event, { fromS: second, toS: second + 1 }))
  const sinks: { sink: string; state: string }[] = []
  for (const sink of await journal.sinks()) sinks.push({ sink, state: await stateAt(journal, sink, event, letters, notFor) })
  return {
    id,
    source: event.source,
    stream: event.stream,
    happened: iso(event.timeMs),
    received: iso(event.receivedMs),
    windows: rows.filter(row => row.sealedAtMs >= event.receivedMs).map(windowOf),
    sinks,
  }
}

/** By positions: a window that was listed for long is received before what stands ahead of it. */
async function stateAt(
  journal: JournalReader,
  sink: string,
  event: Traces,
  letters: readonly DeadLetter[],
  notFor: ReadonlyMap<string, string>,
): Promise<string> {
  const letter = letters.find(({ component }) => component === sink)
  if (letter !== undefined) return `refused ${iso(letter.atMs)}, dead letter ${letter.id}: ${letter.reason}`
  const reason = notFor.get(sink)
  if (reason !== undefined) return reason
  // One that has lost its position meanwhile begins with the oldest.
  const position = await journal.sinkPosition(sink)
  const isPassed = position !== undefined && event.position !== undefined && (await comparePositions(journal, position, event.position)) > 0
  if (event.position === undefined || isPassed) return 'passed: delivered, left out by its filter, or not among its inputs'
  return `waits; ${(await journal.backlog(sink)).events} events are before this sink`
}

const windowOf = ({ fromS, toS, sealedAtMs }: LedgerRow) => ({ from: isoOfSeconds(fromS), to: isoOfSeconds(toS), sealed: iso(sealedAtMs) })

function told({ id, source, stream, happened, received, windows, sinks }: Life): string {
  const lines = [
    `${id} of ${source}/${stream}`,
    `happened  ${happened}`,
    `received  ${received}`,
    ...(windows.length === 0 ? ['window    none that was listed to its end yet'] : []),
    ...windows.map(({ from, to, sealed }) => `window    ${from} to ${to}, sealed ${sealed}`),
    ...sinks.map(({ sink, state }) => `${sink}: ${state}`),
  ]
  return `${lines.join('\n')}\n`
}
