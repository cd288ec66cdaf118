import { ConfigError } from '../core/errors.ts'

/** Where something stands in the configuration. Lines and columns count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One mistake of the operator. */
export interface Problem {
  readonly place: Place
  /** Where it stands in the tree of settings; empty for a mistake of a whole file. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** `config/splunk.yaml:7:20  sinks.splunk.timeout: expected a duration …`; a whole file is named without a line. */
function formatProblem({ place, path, message }: Problem): string {
  const where = place.line === 0 ? place.file : `${place.file}:${place.line}:${place.column}`
  return path.length === 0 ? `${where}  ${message}` : `${where}  ${path.join('.')}: ${message}`
}

export const formatPlace = ({ file, line, column }: Place) => `${file}:${line}:${column}`

/** Every mistake of a configuration at once, in the order of files, lines and columns. */
export class InvalidConfigurationError extends ConfigError {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], files: readonly string[]) {
    const rank = (file: string) => (files.includes(file) ? files.indexOf(file) : -1)
    const sorted = problems.toSorted(
      (a, b) => rank(a.place.file) - rank(b.place.file) || a.place.line - b.place.line || a.place.column - b.place.column,
    )
    super('config.invalid', sorted.map(formatProblem).join('\n'), { path: sorted[0]?.path ?? [] })
    this.problems = sorted
  }
}
