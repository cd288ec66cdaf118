import { pino } from 'pino'
import type { Logger } from '../core/context.ts'
import { TailraceError } from '../core/errors.ts'

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly format: 'json' | 'text'
  /** Takes whole lines. */
  readonly write: (line: string) => void
}

type Fields = Readonly<Record<string, unknown>>

/** JSON lines, or one readable line a message for a terminal. */
export function createLogger(options: LogOptions): Logger {
  const { write } = options
  const log = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: label => ({ level: label }) },
      serializers: { error: (error: unknown) => (error instanceof Error ? describeError(error) : error) },
    },
    { write: options.format === 'json' ? write : line => write(readable(line)) },
  )
  return {
    debug: (message, fields = {}) => log.debug(fields, message),
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    error: (message, fields = {}) => log.error(fields, message),
  }
}

/** The same logger, with fields that every message carries. */
export function withFields(logger: Logger, always: Fields): Logger {
  return {
    debug: (message, fields) => logger.debug(message, { ...always, ...fields }),
    info: (message, fields) => logger.info(message, { ...always, ...fields }),
    warn: (message, fields) => logger.warn(message, { ...always, ...fields }),
    error: (message, fields) => logger.error(message, { ...always, ...fields }),
  }
}

/** A foreseen failure needs no stack. Any other is a fault of the program, which the stack helps to find. */
function describeError(error: Error): Fields {
  const cause = error.cause instanceof Error ? { cause: error.cause.message } : {}
  if (error instanceof TailraceError) return { code: error.code, message: error.message, ...cause }
  return { name: error.name, message: error.message, ...cause, stack: error.stack }
}

/** `12:04:05 warn  splunk  message  key=value`, from the JSON line. */
function readable(line: string): string {
  const { time, level, message, component, error, ...fields } = JSON.parse(line) as Record<string, unknown> & {
    time: string
    level: string
    message: string
    error?: { message?: string; stack?: string }
  }
  const name = typeof component === 'string' ? `${component}: ` : ''
  const rest = Object.entries(fields).map(([key, value]) => `  ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const reason = error?.message === undefined || message.includes(error.message) ? '' : `: ${error.message}`
  const stack = error?.stack === undefined ? '' : `\n${error.stack}`
  return `${time.slice(11, 19)} ${level.padEnd(5)} ${name}${message}${reason}${rest.join('')}${stack}\n`
}
