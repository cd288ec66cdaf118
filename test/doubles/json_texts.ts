/** The JSON objects of a text in which they stand one after another, each as it stood. */
export function scanJsonTexts(text: string): string[] {
  const texts: string[] = []
  let depth = 0
  let start = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (inString) {
      if (char === '\\') at++
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '{') {
      if (depth++ === 0) start = at
    } else if (char === '}' && --depth === 0) texts.push(text.slice(start, at + 1))
  }
  if (depth !== 0) throw new Error('the text ends within an object')
  return texts
}
