import { streamName } from '../../core/context.ts'
import type { JournalReader, StreamKey } from '../../journal/journal.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { againstApi } from '../against_api.ts'
import { Digests } from '../digests.ts'
import { EXIT, usageError } from '../exit.ts'
import type { Io } from '../io.ts'
import { isoOfSeconds } from '../iso.ts'
import { type JournalOption, journalOption, readerOf } from '../journal.ts'
import { Coverage, rowsOf, type SecondsRange } from '../ledger.ts'
import { compareManifest, openManifest } from '../manifest.ts'
import { configOf, configOption, jsonOption, parseTimeMs } from '../options.ts'
import type { Register } from '../program.ts'
import { table } from '../table.ts'

interface VerifyOptions extends JournalOption {
  readonly from?: string
  readonly to?: string
  readonly digests?: boolean
  readonly againstApi?: boolean
  readonly manifest?: string
  readonly publicKey?: string
  readonly json?: boolean
}

interface VerifyRow {
  readonly stream: string
  readonly windows: number
  readonly events: number
  readonly from: string
  readonly to: string
  readonly differences: readonly string[]
  readonly notes: readonly string[]
}

export const register: Register = (program, { io, action }) => {
  program
    .command('verify')
    .description('Looks whether anything is missing: every second has to be in a window that was listed to its end. 2 when something is.')
    .addOption(configOption())
    .addOption(journalOption())
    .option('--from <time>', 'begin of the range (default: the first window)')
    .option('--to <time>', 'end of the range (default: the last window)')
    .option('--digests', 'also compare the digest of each window with the events that the journal holds of it')
    .option('--against-api', 'also list the range again and compare the ids')
    .option('--manifest <file>', 'also compare with a manifest of `attest`')
    .option('--public-key <file>', 'Ed25519 public key in PEM that has to have signed the manifest')
    .addOption(jsonOption())
    .action(
      action(async (options: VerifyOptions) => {
        if (options.publicKey !== undefined && options.manifest === undefined) throw usageError('--public-key says who signed a --manifest')
        const range = rangeOf(options, systemClock.now())
        if (range.fromS !== undefined && range.toS !== undefined && range.fromS >= range.toS)
          throw usageError('--from has to be before --to')
        await using journal = await readerOf(options, io)
        const rows: VerifyRow[] = []
        const streams = await journal.streams()
        for (const key of streams) rows.push(await verifyStream(journal, key, range, options.digests === true))
        const more: string[] = [...neverListed(streams, options, io)]
        if (options.manifest !== undefined) more.push(...(await manifestDifferences(journal, options)))
        if (options.againstApi) more.push(...(await againstApi(journal, configOf(options, io), range, io)))
        const differences = [...rows.flatMap(row => row.differences), ...more]
        const notes = rows.flatMap(row => row.notes)
        if (options.json) await io.print(`${JSON.stringify({ streams: rows, differences, notes })}\n`)
        else {
          await io.print(table(['stream', 'windows', 'events', 'from', 'to', 'differences'], rows.map(cells)))
          for (const line of [...differences, ...notes]) await io.print(`${line}\n`)
        }
        return differences.length === 0 ? EXIT.done : EXIT.difference
      }),
    )
}

/** A source that was never answered has no stream in the journal: nobody has checked that silence. */
function neverListed(streams: readonly StreamKey[], options: VerifyOptions, io: Io): readonly string[] {
  if (options.journal !== undefined) return streams.length === 0 ? [`${options.journal}: no window was ever listed to its end`] : []
  const unlisted = configOf(options, io).sources.filter(({ id }) => streams.every(({ source }) => source !== id))
  return unlisted.map(({ id }) => `${id}: no window was ever listed to its end`)
}

function rangeOf({ from, to }: VerifyOptions, nowMs: number): Partial<SecondsRange> {
  return {
    ...(from === undefined ? {} : { fromS: Math.floor(parseTimeMs(from, nowMs) / 1000) }),
    // A second that has begun before `--to` belongs to the range.
    ...(to === undefined ? {} : { toS: Math.ceil(parseTimeMs(to, nowMs) / 1000) }),
  }
}

async function verifyStream(journal: JournalReader, key: StreamKey, range: Partial<SecondsRange>, digests: boolean): Promise<VerifyRow> {
  const stream = streamName(key)
  const coverage = new Coverage(range)
  const { oldestReceivedMs = Number.POSITIVE_INFINITY } = await journal.stats()
  const held = new Digests(journal, key)
  for await (const row of rowsOf(journal, key, range)) {
    coverage.add(row)
    // The journal holds no text received before that. Most windows of an old journal are skipped here.
    if (digests && row.sealedAtMs >= oldestReceivedMs) await held.add(row)
  }
  const differences = coverage.gaps().map(({ fromS, toS }) => `${stream}: never listed: ${isoOfSeconds(fromS)} to ${isoOfSeconds(toS)}`)
  if (coverage.windows === 0) {
    const whole = range.fromS === undefined && range.toS === undefined
    differences.push(`${stream}: ${whole ? 'no window was ever' : 'no window of this range was'} listed to its end`)
  }
  const found = await held.findings()
  return {
    stream,
    windows: coverage.windows,
    events: coverage.events,
    from: coverage.range === undefined ? '' : isoOfSeconds(coverage.range.fromS),
    to: coverage.range === undefined ? '' : isoOfSeconds(coverage.range.toS),
    differences: [...differences, ...found.differences],
    notes: found.notes,
  }
}

async function manifestDifferences(journal: JournalReader, { manifest: path, publicKey }: VerifyOptions): Promise<readonly string[]> {
  const manifest = openManifest(path!, publicKey)
  return typeof manifest === 'string' ? [`${path}: ${manifest}`] : compareManifest(journal, manifest)
}

const cells = ({ stream, windows, events, from, to, differences }: VerifyRow) =>
  [stream, windows, events, from, to, differences.length].map(String)
