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

interface ErrorCode {
  /** `<component>` stands for the type of the component. */
  readonly code: string
  readonly kind: string
}

/** Every code that the source text makes. */
function errorCodes(root: string): readonly ErrorCode[] {
  const found = new Map<string, ErrorCode>()
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    if (file.endsWith('.test.ts')) continue
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, kind, literal, template] of MADE.flatMap(pattern => [...text.matchAll(pattern)])) {
      const code = literal ?? template!.replace(/\$\{[^}]*\}/g, '<component>')
      found.set(`${code} ${kind}`, { code, kind: kind! })
    }
  }
  return [...found.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
}

export function errorsPage(root: string): string {
  const rows = errorCodes(root).map(({ code, kind }) => `| \`${code}\` | ${cell(CLASSES[kind]!)} |`)
  return `# Errors
${GENERATED}
Codes are stable: in logs as \`error.code\`, in \`/readyz\` as \`code\`, in \`tailrace_sink_retries_total\` as \`code\`.
\`<component>\` stands for the type of a component, such as \`splunk_hec\`.

| code | what is done |
|---|---|
${rows.join('\n')}
`
}
