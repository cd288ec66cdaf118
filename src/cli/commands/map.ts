import { readFile } from 'node:fs/promises'
import { Option } from 'commander'
import { toError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import { OCSF_VERSION_NAMES } from '../../mappers/ocsf/versions.ts'
import { receivedEvent } from '../../record/received.ts'
import { parseRecording } from '../../simulator/recording.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { EXIT, notFound } from '../exit.ts'
import { type FormatOption, formatOption, mapperOf } from '../format.ts'
import type { Io } from '../io.ts'
import { jsonOption } from '../options.ts'
import type { Register } from '../program.ts'
import { type Mapping, provenanceOf } from '../provenance/provenance.ts'
import { provenanceText } from '../provenance/text.ts'

interface MapOptions extends FormatOption {
  readonly explain?: boolean
  readonly json?: boolean
}

export const register: Register = (program, { io, action }) => {
  program
    .command('map')
    .description('Maps events of a file: NDJSON, a JSON list, or recorded pages of the API.')
    .argument('[file]', 'file to read; standard input by default')
    .addOption(formatOption('ecs'))
    .addOption(new Option('--ocsf-version <version>', 'version of the format ocsf').choices(OCSF_VERSION_NAMES))
    .option('--explain', 'say on standard error where each field comes from: a value of the record, a column of the row of its type')
    .addOption(jsonOption())
    .action(
      action(async (path: string | undefined, options: MapOptions) => {
        const mapper = await mapperOf(options)
        const explained = options.explain ? await mappingOf(options) : undefined
        const text = path === undefined ? await inputOf(io) : await fileOf(path)
        const receivedMs = systemClock.now()
        let unreadable = 0
        for (const { text: record, body } of parseRecording(text, path ?? 'standard input')) {
          if (!isJsonObject(body)) {
            unreadable++
            io.say(`not an object, left out: ${record.slice(0, 200)}`)
            continue
          }
          const event = receivedEvent({ source: 'map', stream: 'organization', receivedMs, text: record, body })
          const { json } = mapper(event)
          const provenance = explained && provenanceOf(event, explained)
          if (provenance !== undefined && options.json)
            await io.print(`${JSON.stringify({ ...provenance, mapped: JSON.parse(json) as unknown })}\n`)
          else {
            if (provenance !== undefined) io.say(provenanceText(provenance))
            await io.print(`${json}\n`)
          }
        }
        return unreadable === 0 ? EXIT.done : EXIT.failed
      }),
    )
}

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

async function fileOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw notFound(`${path} can't be read: ${toError(cause).message}`)
  })
}
