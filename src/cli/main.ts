import { programVersion } from '../toolkit/version.ts'

const [first] = process.argv.slice(2)

if (first === '--version' || first === '-V') {
  process.stdout.write(`${programVersion()}\n`)
} else {
  // Loaded only now: a version is asked for often, and by machines.
  const [{ runCli }, { processIo }] = await Promise.all([import('./program.ts'), import('./io.ts')])
  process.exitCode = await runCli(process.argv.slice(2), processIo(), programVersion())
}
