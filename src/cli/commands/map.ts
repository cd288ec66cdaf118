import { readFile } from 'node:fs/promises'
import { toError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import { receivedEvent } from '../../record/received.ts'
import { toRecord } from '../../record/record.ts'
import { parseRecording } from '../../simulator/recording.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { EXIT, notFound } from '../exit.ts'
import { type FormatOption, formatOption, mapperOf } from '../format.ts'
import type { Io } from '../io.ts'
import type { Register } from '../program.ts'

export const register: Register = (program, { io, action }) => {
  program
    .command('map')
    .description('Maps events of a file: NDJSON, a JSON list, or recorded pages of the API.')
    .argument('[file]', 'file to read; standard input by default')
    .addOption(formatOption('ecs'))
    .option('--explain', 'say on standard error what the mapping made of each event')
    .action(
      action(async (path: string | undefined, options: FormatOption & { explain?: boolean }) => {
        const mapper = await mapperOf(options)
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
          if (options.explain) io.say(explanation(toRecord(event)))
          await io.print(`${mapper(event).json}\n`)
        }
        return unreadable === 0 ? EXIT.done : EXIT.failed
      }),
    )
}

function explanation({ id, type, known, severity, sentence, unknownFields }: ReturnType<typeof toRecord>): string {
  const row = known ? type : `${type || 'no type'} (not in the table)`
  const fields = unknownFields.length === 0 ? '' : `  unknown fields: ${unknownFields.join(', ')}`
  return `${id}  ${row}  severity ${severity?.name ?? 'none'}  ${sentence}${fields}`
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
