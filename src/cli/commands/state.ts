import type { Position } from '../../core/batch.ts'
import { streamName } from '../../core/context.ts'
import { toError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { Journal, JournalReader } from '../../journal/journal.ts'
import { comparePositions } from '../../journal/position.ts'
import { readPosition } from '../../paging/position.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { EXIT, usageError } from '../exit.ts'
import { fileText } from '../io.ts'
import { iso, isoOfSeconds } from '../iso.ts'
import { type JournalOption, journalOption, journalPathOf, readerOf, streamOf, unknownName, writerOf } from '../journal.ts'
import { configOf, configOption, jsonOption, repeatedConfigOption } from '../options.ts'
import { OutputFile } from '../output_file.ts'
import type { Register } from '../program.ts'
import { table } from '../table.ts'

/** How far the clock of an API may be ahead of this one. */
const AHEAD_MS_MAX = 86_400_000
/** The most of a position that a message quotes. */
const QUOTED_CHARS_MAX = 200

/** Positions by the name of the stream (`acme/organization`) or the sink. */
interface State {
  readonly streams: Readonly<Record<string, Position>>
  readonly sinks: Readonly<Record<string, Position>>
}

export const register: Register = (program, { io, action }) => {
  const state = program.command('state').description('Shows and changes the positions of streams and sinks.')
  const sub = (name: string, summary: string, config = configOption()) =>
    state.command(name).description(summary).addOption(config).addOption(journalOption())

  sub('show', 'Prints every position.')
    .addOption(jsonOption())
    .action(
      action(async (options: JournalOption & { json?: boolean }) => {
        await using journal = await readerOf(options, io)
        const { streams, sinks } = await stateOf(journal)
        if (options.json) {
          await io.print(`${JSON.stringify({ streams, sinks })}\n`)
          return EXIT.done
        }
        const rows = Object.entries(streams).map(([name, position]) => ['stream', name, '', JSON.stringify(position)])
        for (const [name, position] of Object.entries(sinks)) {
          const { events } = await journal.backlog(name)
          rows.push(['sink', name, String(events), JSON.stringify(position)])
        }
        await io.print(table(['kind', 'name', 'waiting', 'position'], rows))
        return EXIT.done
      }),
    )

  sub('set', 'Moves a stream or a sink to a position, as `state show` prints them.', repeatedConfigOption())
    .argument('<name>', 'a stream such as acme/organization, or a sink')
    .argument('<position>', 'JSON')
    .action(
      action(async (name: string, text: string, options: JournalOption) => {
        const position = parsePosition(text)
        await using journal = await writerOf(journalPathOf(options, io), io)
        // As for `replay`: a sink that has delivered nothing yet may be told where to begin.
        await checkKnown(journal, name, options.journal === undefined ? configOf(options, io).sinks.map(({ id }) => id) : [])
        await checkPosition(journal, name, position)
        io.say(await put(journal, name, position))
        return EXIT.done
      }),
    )

  sub('reset', 'Forgets the position of a stream or a sink: it starts anew.', repeatedConfigOption())
    .argument('<name>', 'a stream such as acme/organization, or a sink')
    .action(
      action(async (name: string, options: JournalOption) => {
        await using journal = await writerOf(journalPathOf(options, io), io)
        await checkKnown(journal, name)
        await savePosition(journal, name, undefined)
        io.say(
          `${name} has no position any more; ${name.includes('/') ? 'its source begins at its start' : 'it begins with the oldest retained event'}`,
        )
        return EXIT.done
      }),
    )

  sub('export', 'Writes every position as JSON.')
    .argument('[file]', 'file to make; standard output by default')
    .action(
      action(async (path: string | undefined, options: JournalOption) => {
        await using journal = await readerOf(options, io)
        const text = `${JSON.stringify(await stateOf(journal), undefined, 2)}\n`
        if (path === undefined) await io.print(text)
        else {
          await using file = await OutputFile.create(path)
          await file.append(text)
        }
        return EXIT.done
      }),
    )

  sub('import', 'Sets every position that a file written by `state export` holds.', repeatedConfigOption())
    .argument('<file>', 'file to read')
    .action(
      action(async (path: string, options: JournalOption) => {
        const positions = Object.entries(await readState(path))
        await using journal = await writerOf(journalPathOf(options, io), io)
        for (const [name, position] of positions) await checkPosition(journal, name, position)
        for (const [name, position] of positions) io.say(await put(journal, name, position))
        return EXIT.done
      }),
    )
}

async function stateOf(journal: JournalReader): Promise<State> {
  const streams: Record<string, Position> = {}
  for (const key of await journal.streams()) {
    const position = await journal.streamPosition(key)
    if (position !== undefined) streams[streamName(key)] = position
  }
  const sinks: Record<string, Position> = {}
  for (const sink of await journal.sinks()) {
    const position = await journal.sinkPosition(sink)
    if (position !== undefined) sinks[sink] = position
  }
  return { streams, sinks }
}

/** Refuses a name that neither the journal nor `configured` has. */
async function checkKnown(journal: JournalReader, name: string, configured: Iterable<string> = []): Promise<void> {
  const known = new Set([...(await journal.streams()).map(streamName), ...(await journal.sinks()), ...configured])
  if (!known.has(name)) throw unknownName('The journal knows no', name, known)
}

/** Refuses what the next run would refuse, or would leave out events by. */
async function checkPosition(journal: Journal, name: string, position: Position): Promise<void> {
  const refused = (why: string) => usageError(`${name}: ${why} Nothing was changed.`)
  if (isSink(name)) {
    try {
      await comparePositions(journal, position, await journal.head())
    } catch (cause) {
      throw refused(toError(cause).message)
    }
    return
  }
  const read = readPosition(position)
  if (read === undefined) {
    const given = JSON.stringify(position).slice(0, QUOTED_CHARS_MAX)
    throw refused(`${given} is no position of a stream; \`tailrace state show --json\` prints one as it has to be.`)
  }
  if (read.frontierS * 1000 > systemClock.now() + AHEAD_MS_MAX) {
    throw refused('its frontier is to come, and what happens until then would count as listed; times are in seconds since 1970.')
  }
}

/** Gives what is said of it: what is passed over by it comes to nobody, and that is not to go unnoticed. */
async function put(journal: Journal, name: string, position: Position): Promise<string> {
  const passed = isSink(name) ? await unsentBefore(journal, name, position) : await unlistedBefore(journal, name, position)
  await savePosition(journal, name, position)
  return `${name} is at ${JSON.stringify(position)}${passed}`
}

async function unsentBefore(journal: JournalReader, sink: string, position: Position): Promise<string> {
  const { events, oldestReceivedMs = 0 } = await journal.backlog(sink)
  const passed = (await comparePositions(journal, position, await journal.head())) + events
  return passed <= 0 ? '' : `; ${passed} events that waited for it, the oldest received ${iso(oldestReceivedMs)}, are not sent to it`
}

async function unlistedBefore(journal: JournalReader, name: string, position: Position): Promise<string> {
  const { frontierS, segments } = readPosition(position)!
  const nextS = segments[0]?.nextS ?? frontierS
  const sealedS = (await journal.sealedTo(streamOf(name)!)) ?? nextS
  return nextS <= sealedS ? '' : `; what was not listed from ${isoOfSeconds(sealedS)} to ${isoOfSeconds(nextS)} is passed over`
}

async function savePosition(journal: Journal, name: string, position: Position | undefined): Promise<void> {
  const key = streamOf(name)
  if (key === undefined) await journal.resetSinkPosition(name, position)
  else await journal.saveStreamPosition(key, position)
}

const isSink = (name: string) => streamOf(name) === undefined

function parsePosition(text: string): Position {
  try {
    return JSON.parse(text) as JsonValue
  } catch (cause) {
    throw usageError(`The position is no JSON: ${toError(cause).message}`)
  }
}

/** The positions of a file, by the names of their streams and sinks. */
async function readState(path: string): Promise<Readonly<Record<string, Position>>> {
  const value = parsePosition(await fileText(path))
  if (!isJsonObject(value) || !isJsonObject(value.streams) || !isJsonObject(value.sinks)) {
    throw usageError(`${path} is not what \`state export\` writes: {"streams": {…}, "sinks": {…}}`)
  }
  const [streams, sinks] = [positionsOf(value.streams), positionsOf(value.sinks)]
  const misplaced = [...Object.keys(streams).filter(isSink), ...Object.keys(sinks).filter(name => !isSink(name))]
  if (misplaced.length > 0) throw usageError(`${path}: a stream is named source/stream, a sink has no "/": ${misplaced.join(', ')}`)
  return { ...streams, ...sinks }
}

const positionsOf = (value: JsonObject) =>
  Object.fromEntries(Object.entries(value).flatMap(([name, position]) => (position === undefined ? [] : [[name, position]])))
