import type { JsonObject } from '../../src/core/json.ts'
import { createCimMapper } from '../../src/mappers/cim/index.ts'
import { STATUS } from '../../src/mappers/datadog/map.ts'
import { toRecord } from '../../src/record/record.ts'
import { SEVERITIES } from '../../src/record/severity.ts'
import { rowOf, TABLE, type TableRow } from '../../src/record/table.ts'
import { FORMAT_DEFAULTS, REGISTRY } from '../../src/registry.ts'
import { ACTORS, bodyOf, CLOCK, ORGANIZATION, payloadOf, received } from '../../test/mapping/events.ts'
import { NOTES, RISE_WORDS } from './mapping_notes.ts'
import { cell, GENERATED } from './markdown.ts'

const SHOWN = 'login.failed'

/** What every event type becomes, from the table. */
export async function mappingPage(): Promise<string> {
  return `# What every event type becomes
${GENERATED}
From [\`src/record/event_types.json\`](../src/record/event_types.json), one row a type; [why it is so](decisions/mapping.md) where the table
does not show it. ${TABLE.length} types. A type that is not among them is mapped all the same, by the words of its name: OCSF Entity
Management, ECS \`configuration\`, severity Low; it is counted and logged once.

- **OCSF**: class and activity. After an arrow stands what is taken if the record lacks what the class before requires; after the last,
  3004 Entity Management with the verb of the type.
- **ECS**: \`event.category\` / \`event.type\` / \`event.outcome\`. The outcome holds for the other formats too.
- **CIM**: tags of the data set, and \`action\`. **Severity**: ↑ rises with the payload, see below. **ATT&CK**: techniques that a detection
  on this record would cite; written into ECS and OCSF only with \`attack: true\`, or with techniques of your own by event type (\`attack: {login.failed: [T1110]}\`).
- **Example**: the sentence that stands in \`message\`, or in the body in OpenTelemetry.

A record of the older organization log (\`openai_organization_logs\`: \`{id, event, created_at, actor{type, id, name}, target, api_request, success}\`)
is mapped by the same rows. \`event\` is its type, \`target\` its payload, and \`success\`, where it is true or false, its outcome in place of the
row's. The actor's \`id\` is a user's, a service account's or a key's, as its \`type\` says; a \`name\` that is an e-mail address is one. What has no
place, \`api_request\` always, stands with the other fields that have none.

${SECTIONS.map(section).join('\n')}
## Severity

| | OCSF | ECS | OpenTelemetry | Datadog \`status\` | CIM \`severity\` |
|---|---|---|---|---|---|
${severityRows().join('\n')}

A row with ↑ is ${[...new Set(TABLE.flatMap(({ rises }) => (rises === undefined ? [] : [RISE_WORDS[rises]])))].join('; ')}.
Each sink may have its own: \`severity: {api_key.created: high}\`, which a payload does not lift.

## Notes

${notesInUse()
  .map(name => `- <a id="${name.toLowerCase()}"></a>**${name}** ${noteOf(name)}`)
  .join('\n')}

## One event in every format

\`${SHOWN}\` of a user in a session, with \`include_original: false\`; with the original, the record's own text stands in it byte for byte.
${(await formatExamples()).join('\n')}`
}

const isTenant = ({ type }: TableRow) => type.startsWith('tenant.')
const has = ({ category }: TableRow, name: string) => category.includes(name)
const SECTIONS: readonly (readonly [string, (row: TableRow) => boolean])[] = [
  ['Sign-in', row => !isTenant(row) && has(row, 'authentication')],
  ['Users, groups, roles and keys', row => !isTenant(row) && has(row, 'iam') && !has(row, 'configuration')],
  ['Access and trust', row => !isTenant(row) && has(row, 'iam') && has(row, 'configuration')],
  ['Organization, projects and limits', row => !isTenant(row) && !has(row, 'iam') && has(row, 'configuration')],
  ['Tenant', isTenant],
]

function section([title, belongs]: (typeof SECTIONS)[number]): string {
  const rows = TABLE.filter(belongs).map(line)
  return `## ${title}

| type | OCSF | ECS | CIM | severity | ATT&CK | note | example |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`
}

function line(row: TableRow): string {
  const event = exampleOf(row.type)
  const cim = cimOf(event).document
  const severity = `${SEVERITIES[row.severity].caption}${row.rises === undefined ? '' : ' ↑'}`
  const note = row.note === undefined ? '' : `[${row.note}](#${row.note.toLowerCase()})`
  const cells = [
    `\`${row.type}\``,
    ocsfOf(row),
    `${row.category.join(', ')} / ${row.event_type.map(type => (type === '{principal}' ? '*user or group*' : type)).join(', ')} / ${row.outcome}`,
    `${(cim.tags as readonly string[]).join(', ')} / ${String(cim.action)}`,
    severity,
    row.attack.map(technique).join(' '),
    note,
    `\`${toRecord(event).sentence}\``,
  ]
  return `| ${cells.map(cell).join(' | ')} |`
}

const cimOf = createCimMapper({ clock: CLOCK })
const exampleOf = (type: string) =>
  received(
    bodyOf({ type, actor: ACTORS.session, payload: payloadOf(type), more: { project: { id: 'proj_1', name: 'Prod' } } }, 'audit_log-1'),
  )

/** The candidates of the row alone: the last resort is the same everywhere. */
function ocsfOf({ type, ocsf }: TableRow): string {
  const candidates = rowOf(type).ocsf.slice(0, ocsf.length)
  return candidates
    .map(({ classUid, className, activityId, activityName }) => `${classUid}.${activityId} ${className}: ${activityName}`)
    .join(' → ')
}

function technique(id: string): string {
  return `[${id}](https://attack.mitre.org/techniques/${id.replace('.', '/')}/)`
}

/** In the order of their numbers; a note without a text is a fault of this page. */
function notesInUse(): readonly string[] {
  const used = new Set(TABLE.flatMap(({ note }) => (note === undefined ? [] : [note])))
  const unused = Object.keys(NOTES).filter(name => !used.has(name))
  if (unused.length > 0) throw new Error(`No row has the notes ${unused.join(', ')}: take them out of tools/docs/mapping_notes.ts`)
  return [...used].toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
}

function noteOf(name: string): string {
  const text = NOTES[name]
  if (text === undefined) throw new Error(`The note ${name} has no text in tools/docs/mapping_notes.ts`)
  return text
}

function severityRows(): readonly string[] {
  return Object.values(SEVERITIES).map(
    ({ name, id, caption, ecs, otel }) => `| ${caption} | ${id} | ${ecs} | ${otel} | ${STATUS[name]} | ${name} |`,
  )
}

async function formatExamples(): Promise<readonly string[]> {
  const event = exampleOf(SHOWN)
  const options = { ...FORMAT_DEFAULTS, clock: CLOCK, organization: () => ORGANIZATION, includeOriginal: false }
  const examples: string[] = []
  for (const { type, summary, load } of REGISTRY.formats) {
    const { document } = (await load(options))(event)
    examples.push(`\n### ${type}\n\n${summary}\n\n\`\`\`json\n${JSON.stringify(document as JsonObject, undefined, 1)}\n\`\`\``)
  }
  return examples
}
