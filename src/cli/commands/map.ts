import { Option } from 'commander'
import type { LogEvent } from '../../core/event.ts'
import { parseJson } from '../../core/json.ts'
import { OCSF_VERSION_NAMES } from '../../mappers/ocsf/versions.ts'
import { receivedEvent } from '../../record/received.ts'
import { ndjsonLine } from '../../toolkit/body/line.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { EXIT } from '../exit.ts'
import { type FormatOption, formatOption, mapperOf } from '../format.ts'
import { givenRecords } from '../given_records.ts'
import { fileText, type Io } from '../io.ts'
import { jsonOption } from '../options.ts'
import type { Register } from '../program.ts'
import { type Mapping, type Provenance, provenanceOf } from '../provenance/provenance.ts'
import { provenanceText } from '../provenance/text.ts'

interface MapOptions extends FormatOption {
  readonly explain?: boolean
  readonly json?: boolean
}

/** The most of a broken record that standard error quotes; standard output has it whole. */
const RECORD_CHARS_MAX = 200

export const register: Register = (program, { io, action }) => {
  program
    .command('map')
    .description(
      'Maps events of a file: NDJSON, JSON lists, or recorded pages of the API. One line for each, in their order, none left out.',
    )
    .argument('[file]', 'file to read; - or none: standard input')
    .addOption(formatOption('ecs'))
    .addOption(
      new Option('--ocsf-version <version>', 'version of the format ocsf, which it stands for')
        .choices(OCSF_VERSION_NAMES)
        .implies({ format: 'ocsf' }),
    )
    .option('--explain', 'say on standard error where each field comes from: a value of the record, a column of the row of its type')
    .addOption(jsonOption())
    .action(
      action(async (path: string | undefined, options: MapOptions) => {
        const mapper = await mapperOf(options)
        const explained = options.explain ? await mappingOf(options) : undefined
        const isInput = path === undefined || path === '-'
        const text = isInput ? await inputOf(io) : await fileText(path)
        const name = isInput ? 'standard input' : path
        const receivedMs = systemClock.now()
        let unreadable = 0
        for (const { text: record, body, line, fault } of givenRecords(text)) {
          const event = receivedEvent({ source: 'map', stream: 'organization', receivedMs, text: record, body: body ?? {} })
          if (body === undefined) {
            unreadable++
            io.say(`${name}:${line}: no JSON object, mapped as its text alone: ${fault}: ${record.slice(0, RECORD_CHARS_MAX)}`)
          }
          const { json } = mapper(event)
          const provenance = explained && (body === undefined ? unexplained(event) : provenanceOf(event, explained))
          if (provenance !== undefined && options.json) {
            const mapped = options.format === 'raw' && body === undefined ? record : parseJson(json)
            await io.print(`${JSON.stringify({ ...provenance, mapped })}\n`)
            continue
          }
          if (provenance !== undefined) io.say(provenanceText(provenance))
          await io.print(`${ndjsonLine(json)}\n`)
        }
        return unreadable === 0 ? EXIT.done : EXIT.failed
      }),
    )
}

/** What is no JSON object has no fields to tell the origin of. */
const unexplained = ({ id }: LogEvent): Provenance => ({ id, type: '', known: false, note: undefined, fields: [] })

/** A mapper whose time can be set. */
async function mappingOf(options: FormatOption): Promise<Mapping> {
  let timeMs = 0
  const mapper = await mapperOf(options, { now: () => timeMs })
  return {
    mapper,
    setTime: ms => {
      timeMs = ms
    },
  }
}

async function inputOf(io: Io): Promise<string> {
  let text = ''
  for await (const chunk of io.input) text += chunk
  return text
}
