/** A value of a JSON text, and where it stands: characters from `start` to before `end`. */
export interface JsonNode {
  readonly kind: 'object' | 'list' | 'text' | 'other'
  readonly start: number
  end: number
  readonly parent: JsonNode | undefined
  /** Where its name stands, with the quotes; undefined in a list and at the top. */
  readonly key: Span | undefined
  /** Of an object or a list, in order. A name that stands twice is there twice. */
  readonly children: readonly JsonNode[]
}

export interface Span {
  readonly start: number
  readonly end: number
}

const NOTHING: readonly JsonNode[] = []
const SCALAR = /[^\s,\]}]+/y
const QUOTE = 34
const BACKSLASH = 92

/** The values of a JSON text with their places. The text has to be valid JSON: nothing is checked. It may be nested to any depth. */
export function scanJson(text: string): JsonNode {
  let root: JsonNode | undefined
  let open: JsonNode | undefined
  let key: Span | undefined
  const add = (kind: JsonNode['kind'], start: number, end: number) => {
    const isOpen = kind === 'object' || kind === 'list'
    const node: JsonNode = { kind, start, end, parent: open, key, children: isOpen ? [] : NOTHING }
    ;(open?.children as JsonNode[] | undefined)?.push(node)
    root ??= node
    key = undefined
    if (isOpen) open = node
  }
  for (let at = 0; at < text.length; ) {
    switch (text[at]) {
      case ' ':
      case '\n':
      case '\r':
      case '\t':
      case ',':
      case ':':
        at++
        break
      case '{':
      case '[':
        add(text[at] === '{' ? 'object' : 'list', at, text.length)
        at++
        break
      case '}':
      case ']':
        at++
        if (open !== undefined) open.end = at
        open = open?.parent
        break
      case '"': {
        const end = endOfText(text, at) ?? text.length
        if (open?.kind === 'object' && key === undefined) key = { start: at, end }
        else add('text', at, end)
        at = end
        break
      }
      default: {
        const end = endOfScalar(text, at)
        add('other', at, end)
        at = end
      }
    }
  }
  if (root === undefined) throw new SyntaxError('The text holds no JSON')
  return root
}

/** The place after the next quote that no backslash escapes; `start` is the opening quote or the beginning of an escape. */
export function endOfText(text: string, start: number): number | undefined {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return quote + 1
  }
  return undefined
}

/** The place after the number, `true`, `false` or `null` that begins at `start`. */
export function endOfScalar(text: string, start: number): number {
  SCALAR.lastIndex = start
  return SCALAR.test(text) ? SCALAR.lastIndex : start + 1
}

/** A JSON string without quotes and escapes; any other value as it is written. */
export function decoded(text: string, { start, end }: Span): string {
  if (text.charCodeAt(start) !== QUOTE) return text.slice(start, end)
  const inner = text.slice(start + 1, end - 1)
  return inner.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : inner
}

/** Where each character of the decoded text begins in the written one, and where the last ends. */
export function placesOf(text: string, { start, end }: Span): readonly number[] {
  if (text.charCodeAt(start) !== QUOTE) return Array.from({ length: end - start + 1 }, (_, index) => start + index)
  const places: number[] = []
  for (let at = start + 1; at < end - 1; ) {
    places.push(at)
    at += text.charCodeAt(at) !== BACKSLASH ? 1 : text[at + 1] === 'u' ? 6 : 2
  }
  places.push(end - 1)
  return places
}

/** The node, then every value below it; a node that `skips` names is left out with all below it. */
export function* nodesBelow(node: JsonNode, skips: (node: JsonNode) => boolean = () => false): Generator<JsonNode> {
  const waiting = [node]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (skips(next)) continue
    yield next
    for (const child of next.children) waiting.push(child)
  }
}

/** A piece of a text, and what shall stand there instead. */
export interface Edit extends Span {
  readonly text: string
}

/** The text with its pieces exchanged; every other character stays. Pieces must not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text
  let result = ''
  let at = 0
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return result + text.slice(at)
}

/** Whether a node is one of these, or stands below one. */
export function isWithin(node: JsonNode, dropped: ReadonlySet<JsonNode>): boolean {
  for (let here: JsonNode | undefined = node; here !== undefined; here = here.parent) if (dropped.has(here)) return true
  return false
}

/** Removes nodes with all below them. What is at the top stays: without it the text would be no JSON. */
export function removals(dropped: ReadonlySet<JsonNode>): readonly Edit[] {
  const containers = [...new Set([...dropped].map(({ parent }) => parent))]
  return containers.flatMap(container => (container === undefined || isWithin(container, dropped) ? [] : removalsIn(container, dropped)))
}

/** Removes members of one object or list, each with one comma. */
function removalsIn(container: JsonNode, dropped: ReadonlySet<JsonNode>): readonly Edit[] {
  const { children } = container
  const startOf = (node: JsonNode) => node.key?.start ?? node.start
  let kept = false
  const edits: Edit[] = []
  for (const [index, child] of children.entries()) {
    if (!dropped.has(child)) {
      kept = true
      continue
    }
    const next = children[index + 1]
    const start = kept ? children[index - 1]!.end : startOf(child)
    const end = kept || next === undefined ? child.end : startOf(next)
    edits.push({ start, end, text: '' })
  }
  return edits
}
