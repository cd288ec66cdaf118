/** A name such as `{source}` in a setting, which is filled in for each event; also one that is not closed. */
const PLACEHOLDER = /\{([^}]*)\}?/g

/** What is wrong with a template that knows these names, in the operator's words. */
export function placeholderFault(template: string, names: readonly string[]): string | undefined {
  const known = names.map(name => `{${name}}`)
  const unknown = (template.match(PLACEHOLDER) ?? []).find(piece => !known.includes(piece))
  return unknown && `${unknown} is no placeholder; there are ${known.join(', ')}`
}

export function hasPlaceholders(template: string): boolean {
  return template.search(PLACEHOLDER) !== -1
}

/** The template with each name filled in by `textOf`. */
export function filled(template: string, textOf: (name: string) => string): string {
  return template.replace(PLACEHOLDER, (_, name: string) => textOf(name))
}
