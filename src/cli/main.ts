import { readFileSync } from 'node:fs'

const [first] = process.argv.slice(2)

if (first === '--version' || first === '-V') {
  process.stdout.write(`${version()}\n`)
} else {
  // Loaded only now: a version is asked for often, and by machines.
  const [{ runCli }, { processIo }] = await Promise.all([import('./program.ts'), import('./io.ts')])
  process.exitCode = await runCli(process.argv.slice(2), processIo(), version())
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
