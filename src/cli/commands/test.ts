import { REGISTRY } from '../../registry.ts'
import { runConfigTests, type TestResult } from '../../service/config_tests.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { EXIT, notFound } from '../exit.ts'
import { type ConfigOption, configOf, configOption, jsonOption } from '../options.ts'
import type { Register } from '../program.ts'

/** The most of a value that a report shows. */
const SHOWN_CHARS_MAX = 300

export const register: Register = (program, { io, action }) => {
  program
    .command('test')
    .description('Runs the tests of the configuration: events through filter, redaction and mapping. Nothing is sent.')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(
      action(async (options: ConfigOption & { json?: boolean }) => {
        const config = configOf(options, io)
        if (config.tests.length === 0) throw notFound(`there are no tests in ${config.files.join(', ')}; write them under "tests:"`)
        const results = await runConfigTests(config, { registry: REGISTRY, clock: systemClock })
        const failed = results.filter(({ differences }) => differences.length > 0).length
        const report = options.json ? results.map(jsonLine) : results.map(readable)
        await io.print(report.join(''))
        io.say(`${results.length} test${results.length === 1 ? '' : 's'}, ${failed === 0 ? 'all as expected' : `${failed} failed`}`)
        return failed === 0 ? EXIT.done : EXIT.difference
      }),
    )
}

function jsonLine({ name, through, differences, output }: TestResult): string {
  return `${JSON.stringify({ name, ...through, passed: differences.length === 0, differences, output })}\n`
}

function readable({ name, through, differences }: TestResult): string {
  if (differences.length === 0) return `ok    ${name}\n`
  const where = 'sink' in through ? `sink ${through.sink}` : `format ${through.format}`
  const width = Math.max(...differences.map(({ path }) => path.length))
  const lines = differences.flatMap(({ path, expected, got }) => [
    `        ${path.padEnd(width)}${width === 0 ? '' : '  '}expected  ${cut(expected)}`,
    `        ${''.padEnd(width)}${width === 0 ? '' : '  '}got       ${cut(got)}`,
  ])
  return `FAIL  ${name}  (${where})\n${lines.join('\n')}\n`
}

const cut = (text: string) => (text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text)
