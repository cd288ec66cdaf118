/** Shorter beginnings say too little. */
const PREFIX_CHARS_MIN = 3

/** The allowed name most like `name`, if one is close enough to be meant; else the only one that begins with it, or that it begins with. */
export function nearest(name: string, allowed: Iterable<string>): string | undefined {
  const distanceMax = Math.max(1, Math.floor(name.length / 3))
  let best: { name: string; distance: number } | undefined
  for (const candidate of allowed) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance <= distanceMax && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { name: candidate, distance }
  }
  return best?.name ?? theOneOf([...allowed].filter(candidate => isBeginning(name, candidate) || isBeginning(candidate, name)))
}

const theOneOf = (names: readonly string[]) => (names.length === 1 ? names[0] : undefined)
const isBeginning = (start: string, whole: string) =>
  start.length >= PREFIX_CHARS_MIN && whole.toLowerCase().startsWith(start.toLowerCase())

/** `; did you mean "url"?`, or nothing. */
export function didYouMean(name: string, allowed: Iterable<string>): string {
  const meant = nearest(name, allowed)
  return meant === undefined ? '' : `; did you mean "${meant}"?`
}

/** The names one by one: `"a", "b" or "c"`. */
export function oneOf(names: readonly (string | number)[]): string {
  const quoted = names.map(name => JSON.stringify(name))
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}

/** Levenshtein's distance, in which two neighbours that changed places count as one edit. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let distance = Math.min(last[j]! + 1, row[j - 1]! + 1, replaced)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) distance = Math.min(distance, beforeLast[j - 2]! + 1)
      row.push(distance)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
