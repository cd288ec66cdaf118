import { fstatSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Environment } from '../config/interpolate.ts'
import { FatalError, toError } from '../core/errors.ts'
import { fileOutput } from '../sinks/stdout/output.ts'
import { notFound } from './exit.ts'

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
    print: fstatSync(stdout.fd).isFile() ? printToFile(stdout.fd) : printToStream(stdout),
    say: line => void stderr.write(`${line}\n`),
    draw: line => void stderr.write(`\r\u001b[2K${line.slice(0, (stderr.columns ?? 80) - 1)}`),
    input: { [Symbol.asyncIterator]: () => stdin.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string> },
    env: process.env,
    isTerminal: stderr.isTTY === true,
  }
}

/** The text of a file that a command names. */
export async function fileText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw notFound(`${path} can't be read: ${toError(cause).message}`)
  })
}

function printToStream(stream: NodeJS.WriteStream): Io['print'] {
  return text =>
    new Promise((resolve, reject) => {
      stream.write(text, error => (error ? reject(closedOutput(error)) : resolve()))
    })
}

/** Node's own stream for a file takes a short write for a whole one: the end would be missing when the disk is full. */
function printToFile(fd: number): Io['print'] {
  const output = fileOutput(fd)
  return text =>
    output.write(Buffer.from(text)).catch((error: Error) => {
      throw closedOutput(error.cause)
    })
}

function closedOutput(cause: unknown): FatalError {
  return new FatalError('cli.stdout', `Standard output can't be written: ${toError(cause).message}`, { exitCode: 74, cause })
}
