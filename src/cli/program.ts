import { Command, CommanderError } from 'commander'
import { EXIT, exitOf } from './exit.ts'
import type { Io } from './io.ts'

/** Adds a command to the program; its action returns the exit code. */
export type Register = (program: Command, context: CommandContext) => void

export interface CommandContext {
  readonly io: Io
  readonly version: string
  /** Turns an action that returns an exit code into one of commander's. */
  readonly action: <A extends unknown[]>(run: (...args: A) => Promise<number>) => (...args: A) => Promise<void>
}

/** Every command there is, loaded when it is asked for. */
export const COMMANDS: Readonly<Record<string, () => Promise<{ readonly register: Register }>>> = {
  run: () => import('./commands/run.ts'),
  validate: () => import('./commands/validate.ts'),
  test: () => import('./commands/test.ts'),
  check: () => import('./commands/check.ts'),
  schema: () => import('./commands/schema.ts'),
  demo: () => import('./commands/demo.ts'),
  simulate: () => import('./commands/simulate.ts'),
  map: () => import('./commands/map.ts'),
  get: () => import('./commands/get.ts'),
  export: () => import('./commands/export.ts'),
  report: () => import('./commands/report.ts'),
  state: () => import('./commands/state.ts'),
  'dead-letters': () => import('./commands/dead_letters.ts'),
  replay: () => import('./commands/replay.ts'),
  status: () => import('./commands/status.ts'),
  tap: () => import('./commands/tap.ts'),
  verify: () => import('./commands/verify.ts'),
  attest: () => import('./commands/attest.ts'),
  explain: () => import('./commands/explain.ts'),
  assets: () => import('./commands/assets.ts'),
}

/** Runs one command; resolves to the exit code of the process, and never rejects. */
export async function runCli(argv: readonly string[], io: Io, version: string): Promise<number> {
  try {
    let code: number = EXIT.done
    const context: CommandContext = {
      io,
      version,
      action:
        run =>
        async (...args) => {
          code = await run(...args)
        },
    }
    const program = await createProgram(context, argv[0])
    const printed: string[] = []
    configureOutput(program, io, printed)
    try {
      await program.parseAsync([...argv], { from: 'user' })
    } finally {
      for (const text of printed) await io.print(text)
    }
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    const { code, message } = exitOf(error)
    if (message !== undefined) io.say(message)
    return code
  }
}

/** The program with the command of that name; with all of them where there is none, for the help. */
export async function createProgram(context: CommandContext, name?: string): Promise<Command> {
  const program = new Command('tailrace')
    .description('Ships audit logs from a paginated API to a SIEM, at least once, with evidence that nothing is missing.')
    .version(context.version)
    .showHelpAfterError('(tailrace --help tells what there is)')
    .configureHelp({ sortSubcommands: false })
    .exitOverride()
  const asked = name === undefined ? undefined : COMMANDS[name]
  for (const load of asked === undefined ? Object.values(COMMANDS) : [asked]) (await load()).register(program, context)
  return program
}

/** Help that was asked for is data; help after a mistake is words. Applies to the commands below too. */
function configureOutput(program: Command, io: Io, printed: string[]): void {
  for (const command of [program, ...descendants(program)]) {
    command.exitOverride()
    command.configureOutput({ writeOut: text => void printed.push(text), writeErr: text => io.say(text.trimEnd()) })
  }
}

const descendants = (command: Command): readonly Command[] => command.commands.flatMap(child => [child, ...descendants(child)])
