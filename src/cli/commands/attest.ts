import { systemClock } from '../../toolkit/clock.ts'
import { EXIT, usageError } from '../exit.ts'
import { type JournalOption, journalOption, readerOf } from '../journal.ts'
import { makeManifest, signManifest } from '../manifest.ts'
import { configOption, parseTimeMs } from '../options.ts'
import type { Register } from '../program.ts'

interface AttestOptions extends JournalOption {
  readonly from: string
  readonly to?: string
  readonly key?: string
}

export const register: Register = (program, { io, action }) => {
  program
    .command('attest')
    .description('Prints a manifest of what was listed in a range of time, window by window, signed where a key is given.')
    .requiredOption('--from <time>', 'begin of the range')
    .option('--to <time>', 'end of the range (default: now)')
    .option('--key <file>', 'Ed25519 private key in PEM to sign with')
    .addOption(configOption())
    .addOption(journalOption())
    .action(
      action(async ({ from, to, key, ...options }: AttestOptions) => {
        const nowMs = systemClock.now()
        const range = {
          fromS: Math.floor(parseTimeMs(from, nowMs) / 1000),
          toS: Math.floor((to === undefined ? nowMs : parseTimeMs(to, nowMs)) / 1000),
        }
        if (range.fromS >= range.toS) throw usageError('--from has to be before --to')
        await using journal = await readerOf(options, io)
        const manifest = await makeManifest(journal, range, nowMs)
        await io.print(`${JSON.stringify(signManifest(manifest, key), undefined, 2)}\n`)
        const gaps = manifest.streams.reduce((sum, stream) => sum + stream.gaps.length, 0)
        io.say(
          `${manifest.streams.length} streams, ${manifest.streams.reduce((sum, { windows }) => sum + windows.length, 0)} windows, ${gaps} gaps`,
        )
        return EXIT.done
      }),
    )
}
