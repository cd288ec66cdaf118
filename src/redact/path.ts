/** One step of a path: into a name, into everything, or into everything however deep (and the place itself). */
export type Step = { readonly name: string } | 'any' | 'deep'

/** A path as it was written, and its steps. */
export interface RedactPath {
  readonly text: string
  readonly steps: readonly Step[]
}

const PATH_CHARS_MAX = 500
const STEPS_MAX = 32

/** What is wrong with a path; `message` says what is allowed. */
export class PathFault extends Error {
  readonly start: number
  readonly end: number

  constructor(message: string, start: number, end: number) {
    super(message)
    this.start = start
    this.end = end
  }
}

/** `.name` · `.*` · `.**` · `["a name with dots"]` · `[*]` · `[0]`; the dot is left out at the beginning. */
const STEP = /\.?(?:(\*\*)|(\*)|([^.[\]"*\s]+))|\[(?:(\*)|(\d+)|("(?:[^"\\]|\\.)*"))\]/y

/**
 * `actor.session.user.email`, `*.data.email`, `["api_key.created"].data.scopes[0]`, `**.email`. `*` is any one name or
 * entry, `**` any number of them. A list is passed through: `users.email` is the address of every user.
 */
export function parsePath(text: string): RedactPath {
  if (text.length > PATH_CHARS_MAX) throw new PathFault(`expected at most ${PATH_CHARS_MAX} characters`, PATH_CHARS_MAX, text.length)
  const steps: Step[] = []
  for (let at = 0; at < text.length; at = STEP.lastIndex) {
    STEP.lastIndex = at
    const found = STEP.exec(text)
    const isFirst = at === 0
    const dotted = text[at] === '.'
    if (found === null || (text[at] !== '[' && dotted === isFirst)) {
      throw new PathFault(
        'expected a path such as actor.session.user.email, *.data.email or ["api_key.created"].data.email',
        at,
        text.length,
      )
    }
    const [, deep, any, name, anyEntry, index, quoted] = found
    if (deep !== undefined) steps.push('deep')
    else if (any !== undefined || anyEntry !== undefined) steps.push('any')
    else steps.push({ name: quoted === undefined ? (name ?? index ?? '') : nameIn(quoted, at, STEP.lastIndex) })
    if (steps.length > STEPS_MAX) throw new PathFault(`expected at most ${STEPS_MAX} steps`, at, text.length)
  }
  if (steps.length === 0) throw new PathFault('expected a path', 0, text.length)
  if (steps.at(-1) === 'deep') throw new PathFault('expected a name after **', Math.max(0, text.length - 2), text.length)
  return { text, steps }
}

function nameIn(quoted: string, start: number, end: number): string {
  try {
    return JSON.parse(quoted) as string
  } catch {
    throw new PathFault('expected a name in double quotes, with the escapes of JSON', start, end)
  }
}
