/** One way in which a mapped event breaks its schema. */
export interface SchemaIssue {
  /** One of a fixed set of words, fit for a metric's label: `attribute_unknown`. */
  readonly kind: string
  /** Where, with dots: `actor.user.uid`. */
  readonly path: string
  readonly message: string
}

/** Gathers issues; a document that is wrong everywhere is not worth a list without end. */
export class SchemaIssues {
  static readonly ISSUES_MAX = 100
  readonly list: SchemaIssue[] = []

  add(kind: string, path: string, message: string): void {
    if (this.list.length < SchemaIssues.ISSUES_MAX) this.list.push({ kind, path, message })
  }
}

/** What a value is, for a message: `a list`, `"text"`, cut to a bound. */
export function described(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return JSON.stringify(value)?.slice(0, 80) ?? 'nothing'
}
