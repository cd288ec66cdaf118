import type { Command } from 'commander'
import type { Io } from '../../src/cli/io.ts'
import { createProgram } from '../../src/cli/program.ts'
import { cell, GENERATED } from './markdown.ts'

/** For making the help, which asks nobody. */
const NOBODY: Io = {
  print: async () => {},
  say: () => {},
  draw: () => {},
  input: { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }) },
  env: {},
  isTerminal: false,
}

export async function cliPage(): Promise<string> {
  const program = await createProgram({ io: NOBODY, version: '', action: () => async () => {} })
  return `# Command line
${GENERATED}
Data goes to standard output, words to standard error. On a terminal the log is text, otherwise JSON lines. What a command
prints is the same on a terminal and in a pipe: where it is a text for people, such as a table, \`--json\` prints JSON instead.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | failed |
| 2 | a difference was found (\`verify\`, \`test\`) |
| 64 | wrong use of the command line |
| 66 | not found |
| 69 | a destination or the API is unavailable or does not let us in (\`check\`, \`--once\`, \`verify --against-api\`, \`dead-letters retry\`), or another process holds the journal |
| 70 | internal fault |
| 74 | standard output is closed, or can't be written |
| 78 | configuration |

${program.commands.map(command => section(command, '##')).join('\n')}`
}

function section(command: Command, heading: string): string {
  const usage = `${pathOf(command)} ${command.usage()}`.trim()
  const rows = [
    ...command.registeredArguments.map(argument => [
      argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
      argument.description,
      '',
    ]),
    ...command.options.map(option => [option.flags, option.description, presetOf(option.defaultValue)]),
  ]
  const lines = rows.map(([flags, description, preset]) => `| \`${cell(flags!)}\` | ${cell(description!)} | ${preset} |`)
  const table = lines.length === 0 ? '' : `\n| option | meaning | default |\n|---|---|---|\n${lines.join('\n')}\n`
  const children = command.commands.map(child => `\n${section(child, `${heading}#`)}`).join('')
  return `${heading} ${pathOf(command).replace('tailrace ', '')}

${command.description()}

    ${usage}
${table}${children}`
}

const pathOf = (command: Command): string => (command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`)

function presetOf(value: unknown): string {
  if (value === undefined) return ''
  return `\`${Array.isArray(value) ? value.join(' ') : typeof value === 'string' ? value : JSON.stringify(value)}\``
}
