import { dontPretenure } from '../toolkit/pretenuring.ts'
import { programVersion } from '../toolkit/version.ts'

const LAST_WORDS_MS = 1000
/** `EXIT.outputClosed`, which is loaded only with the commands. */
const OUTPUT_CLOSED = 74

// Without a listener Node opens its inspector, through which whoever reaches this machine's port runs code. `node --inspect` still does.
process.on('SIGUSR1', () => {})

const [first] = process.argv.slice(2)

if (first === '--version' || first === '-V') {
  process.stdout.on('error', () => {
    process.exitCode = OUTPUT_CLOSED
  })
  process.stdout.write(`${programVersion()}\n`)
} else {
  dontPretenure()
  // Loaded only now: a version is asked for often, and by machines.
  const [{ runCli }, { processIo }] = await Promise.all([import('./program.ts'), import('./io.ts')])
  process.exitCode = await runCli(process.argv.slice(2), processIo(), programVersion())
  // Only a stop leaves bytes that nobody takes: they would keep the process for ever. The last words go out first.
  if (process.stdout.writableLength > 0) {
    process.stderr.write('', () => process.exit())
    setTimeout(() => process.exit(), LAST_WORDS_MS).unref()
  }
}
