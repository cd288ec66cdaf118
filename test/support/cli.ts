import { runCli } from '../../src/cli/program.ts'

export interface CliResult {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command in this process. */
export async function cli(args: readonly string[], { env = {}, input = '' } = {}): Promise<CliResult> {
  let out = ''
  let err = ''
  const code = await runCli(
    args,
    {
      print: async text => {
        out += text
      },
      say: line => {
        err += `${line}\n`
      },
      draw: () => {},
      input: (async function* () {
        yield input
      })(),
      env,
      isTerminal: false,
    },
    '1.2.3',
  )
  return { code, out, err }
}
