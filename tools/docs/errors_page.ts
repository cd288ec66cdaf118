import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cell, GENERATED } from './markdown.ts'

/** What the engine does, by the class of the error; the class alone decides. */
const CLASSES: Readonly<Record<string, string>> = {
  RetryableError: 'tried again for ever, with pauses',
  BlockedError: 'waits for an operator; nothing is dropped; tried slowly, and at once when a credential changes',
  BatchRefusedError: 'the batch is halved until the events at fault stand alone; they become dead letters',
  ConfigError: 'ends the process before anything runs, with exit code 78',
  FatalError: 'ends the process with its own exit code',
}

const KINDS = Object.keys(CLASSES).join('|')
const CODE = /\(\s*(?:'([^']+)'|`([^`]+)`)/.source
/** A code stands as a literal where its error is made: `new BlockedError('splunk_hec.denied', …)`, or in the constructor of a class of its own. */
const MADE = [new RegExp(`new (${KINDS})${CODE}`, 'g'), new RegExp(`class \\w+ extends (${KINDS})\\b.*?\\bsuper${CODE}`, 'gs')]

/** Folders whose errors only sources make; what a code means to them may be another thing than to a sink. */
const OF_SOURCES = /^src\/(paging|sources)\//

interface ErrorCode {
  /** `<component>` stands for the type of the component. */
  readonly code: string
  readonly kind: string
  readonly isOfSources: boolean
}

/** Every code that the source text makes. */
function errorCodes(root: string): readonly ErrorCode[] {
  const found = new Map<string, ErrorCode>()
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    if (file.endsWith('.test.ts')) continue
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, kind, literal, template] of MADE.flatMap(pattern => [...text.matchAll(pattern)])) {
      const code = literal ?? template!.replace(/\$\{[^}]*\}/g, '<component>')
      const isOfSources = OF_SOURCES.test(file)
      found.set(`${code} ${kind} ${isOfSources}`, { code, kind: kind!, isOfSources })
    }
  }
  return [...found.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
}

/** One row for a code: where sources and sinks do different things with it, what each does. */
function rowOf(code: string, made: readonly ErrorCode[]): string {
  const kindsOf = (some: readonly ErrorCode[]) => new Set(some.map(({ kind }) => kind))
  const done = (kinds: ReadonlySet<string>): string => {
    if (kinds.size !== 1) throw new Error(`${code} is made with several classes: ${[...kinds].join(', ')}`)
    return CLASSES[[...kinds][0]!]!
  }
  const kinds = kindsOf(made)
  if (kinds.size === 1) return done(kinds)
  const [sources, sinks] = [true, false].map(side => done(kindsOf(made.filter(({ isOfSources }) => isOfSources === side))))
  return `of a source: ${sources}. Of a sink: ${sinks}`
}

export function errorsPage(root: string): string {
  const kinds = Map.groupBy(errorCodes(root), ({ code }) => code)
  const rows = [...kinds].map(([code, of]) => `| \`${code}\` | ${cell(rowOf(code, of))} |`)
  return `# Errors
${GENERATED}
Codes are stable: in logs as \`error.code\`, in \`/readyz\` as \`code\`, in \`tailrace_sink_retries_total\` as \`code\`.
\`<component>\` stands for the type of a component, such as \`splunk_hec\`.

| code | what is done |
|---|---|
${rows.join('\n')}
`
}
