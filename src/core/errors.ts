/**
 * What is done about a failure is decided by its class alone, so the code that knows the protocol
 * (a 429, a 403, a half-open socket) chooses the class where it throws.
 */
export abstract class TailraceError extends Error {
  /** Stable and safe to alert on: `<component>.<what>`, such as `splunk_hec.busy`. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** Try again: the same input may succeed later. */
export class RetryableError extends TailraceError {
  /** The least the other side asked us to wait, in ms. */
  readonly retryAfterMs: number | undefined

  constructor(code: string, message: string, options: ErrorOptions & { retryAfterMs?: number | undefined } = {}) {
    super(code, message, options)
    this.retryAfterMs = options.retryAfterMs
  }
}

/** The destination refused these events as a set and did not say which. Write them in halves. */
export class BatchRefusedError extends TailraceError {}

/**
 * No event is to blame and an operator has to act: a credential, a right, an address, a certificate.
 * Nothing is dropped (invariant 4); it is tried again slowly, and at once when a credential changes.
 */
export class BlockedError extends TailraceError {}

/** What the operator wrote cannot be used. `path` points into the YAML; empty when the mistake is not there. */
export class ConfigError extends TailraceError {
  readonly path: readonly (string | number)[]

  constructor(code: string, message: string, options: ErrorOptions & { path?: readonly (string | number)[] } = {}) {
    super(code, message, options)
    this.path = options.path ?? []
  }
}

/** Going on is impossible and trying again cannot help: a damaged journal, a closed standard output. Ends the process. */
export class FatalError extends TailraceError {
  /** The exit code of the process, by sysexits.h. */
  readonly exitCode: number

  constructor(code: string, message: string, options: ErrorOptions & { exitCode: number }) {
    super(code, message, options)
    this.exitCode = options.exitCode
  }
}

export function toError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
