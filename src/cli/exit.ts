import { BlockedError, ConfigError, FatalError, RetryableError, toError } from '../core/errors.ts'
import { isClosedByReader } from '../sinks/stdout/output.ts'

/** By sysexits.h, and as `docs/reference/cli.md` tells. */
export const EXIT = {
  done: 0,
  failed: 1,
  difference: 2,
  usage: 64,
  notFound: 66,
  unavailable: 69,
  internal: 70,
  outputClosed: 74,
  configuration: 78,
} as const

/** A wrong call of a command. */
export const usageError = (message: string) => new FatalError('cli.usage', message, { exitCode: EXIT.usage })
/** What was asked for is not there. */
export const notFound = (message: string) => new FatalError('cli.not_found', message, { exitCode: EXIT.notFound })

/** What a failure means for the process, and what is said about it; nothing where nobody would read it. */
export function exitOf(cause: unknown): { readonly code: number; readonly message: string | undefined } {
  const error = toError(cause)
  if (error instanceof ConfigError) return { code: EXIT.configuration, message: error.message }
  if (error instanceof FatalError) {
    // Who closes the output of a command has seen enough; a run that ends for it says so.
    const hasSeenEnough = error.code === 'cli.stdout' && isClosedByReader(error.cause)
    return { code: error.exitCode, message: hasSeenEnough ? undefined : error.message }
  }
  if (error.name === 'AbortError') return { code: EXIT.failed, message: 'Stopped before it was done' }
  if (error instanceof RetryableError || error instanceof BlockedError) return { code: EXIT.unavailable, message: error.message }
  const message = `This is a fault of tailrace itself; please report it, with the configuration it happened with:\n${error.stack}`
  return { code: EXIT.internal, message }
}
