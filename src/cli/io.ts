import { FatalError, toError } from '../core/errors.ts'
import type { Environment } from '../config/interpolate.ts'

/** What a command sees of the world. Data goes to standard output, words to standard error. */
export interface Io {
  /** Writes data; resolves when it is taken. A closed standard output is a FatalError with exit code 74. */
  readonly print: (text: string) => Promise<void>
  /** One line for a person. */
  readonly say: (line: string) => void
  /** Replaces the last line of the terminal, where standard error is one; nothing clears it. */
  readonly draw: (line: string) => void
  /** Standard input, as text. */
  readonly input: AsyncIterable<string>
  readonly env: Environment
  /** Whether standard error is a terminal. */
  readonly isTerminal: boolean
}

export function processIo(): Io {
  const { stdin, stdout, stderr } = process
  // What can't be written is told by the write that failed; without a listener it would end the process before that.
  for (const stream of [stdout, stderr]) stream.on('error', () => {})
  return {
    print: text =>
      new Promise((resolve, reject) => {
        stdout.write(text, error => (error ? reject(closedOutput(error)) : resolve()))
      }),
    say: line => void stderr.write(`${line}\n`),
    draw: line => void stderr.write(`\r\u001b[2K${line.slice(0, (stderr.columns ?? 80) - 1)}`),
    input: { [Symbol.asyncIterator]: () => stdin.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string> },
    env: process.env,
    isTerminal: stderr.isTTY === true,
  }
}

function closedOutput(cause: unknown): FatalError {
  return new FatalError('cli.stdout', `Standard output can't be written: ${toError(cause).message}`, { exitCode: 74, cause })
}
