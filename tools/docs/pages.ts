import { sinkSchema, sourceSchema } from '../../src/config/component.ts'
import { describedSchema } from '../../src/config/json_schema.ts'
import { journalSchema, serviceSchema } from '../../src/config/sections.ts'
import { testsSchema } from '../../src/config/tests.ts'
import { configurationSchema } from '../../src/config/whole_schema.ts'
import { isJsonObject, type JsonObject } from '../../src/core/json.ts'
import { METRICS, type MetricDeclaration } from '../../src/core/metrics.ts'
import { REGISTRY } from '../../src/registry.ts'
import type { SinkSpec, SourceSpec } from '../../src/toolkit/declaration.ts'
import { dashboardNdjson } from '../assets/elasticsearch_dashboard.ts'
import { indexTemplate, lifecycle } from '../assets/elasticsearch_template.ts'
import { cliPage } from './cli_page.ts'
import { errorsPage } from './errors_page.ts'
import { filterPage } from './filter_page.ts'
import { mappingPage } from './mapping_page.ts'
import { cell, GENERATED } from './markdown.ts'
import { settingsTable } from './settings_table.ts'
import { memorySection } from './sink_memory.ts'
import { splunkLookup } from './splunk_lookup.ts'

/** Every generated file, by its path in the repository. */
export async function allPages(root: string): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['config/tailrace.schema.json', `${JSON.stringify(configurationSchema(REGISTRY), undefined, 2)}\n`],
    ['docs/reference/configuration.md', configurationPage()],
    ['docs/reference/filter.md', filterPage()],
    ['docs/reference/metrics.md', metricsPage()],
    ['docs/reference/errors.md', errorsPage(root)],
    ['docs/reference/cli.md', await cliPage()],
    ['docs/mapping.md', await mappingPage()],
    ['assets/splunk/TA-tailrace/lookups/tailrace_event_types.csv', splunkLookup()],
    ...searchAssets(),
    ...REGISTRY.sources.map(spec => [`docs/sources/${spec.type}.md`, sourcePage(spec)] as const),
    ...REGISTRY.sinks.map(spec => [`docs/sinks/${spec.type}.md`, sinkPage(spec)] as const),
  ])
}

function searchAssets(): readonly (readonly [string, string])[] {
  const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`
  return [
    ['assets/elasticsearch/dashboard.ndjson', dashboardNdjson()],
    ...(['elasticsearch', 'opensearch'] as const).flatMap(
      product =>
        [
          [`assets/elasticsearch/${product}/index_template.json`, json(indexTemplate(product))],
          [`assets/elasticsearch/${product}/lifecycle.json`, json(lifecycle(product))],
        ] as const,
    ),
  ]
}

function configurationPage(): string {
  return `# Configuration
${GENERATED}
One YAML file, or a folder of them (\`-c PATH…\`): all \`*.yaml\` and \`*.yml\` are merged by top-level key, and below
it by id or setting. The same id in two files is a mistake. \`tailrace validate\` checks it, \`tailrace schema\` prints its
JSON Schema for editors.

In a value, \`\${NAME}\` is an environment variable, \`\${NAME:-default}\` has a default for one that is unset or empty,
\`\${file:/path}\` is the text of a file without white space around it, and \`$\${\` stands for the characters \`\${\`. A secret
that is one \`\${file:…}\` is read again whenever the file changes.

## sources

By id; 1 to 64 letters, digits, \`-\` and \`_\`. ${list(REGISTRY.sources, 'sources')}

## sinks

By id, in the same way; a source and a sink never share one. ${list(REGISTRY.sinks, 'sinks')}

Formats: ${REGISTRY.formats.map(({ type, summary }) => `\`${type}\`: ${summary}`).join(' ')}

## journal

${settingsTable(describedSchema(journalSchema))}
## service

${settingsTable(describedSchema(serviceSchema))}
## tests

A list; those of several files are joined. \`tailrace test\` sends each event through the filter, the redaction and the mapping of a
sink, or through the mapping of a format, and compares what comes out. It ends with 0, with 2 if something came out otherwise,
with 66 if there are no tests, with 78 if the configuration has a mistake. Nothing is sent.

\`\`\`yaml
sinks:
  siem:
    type: stdout
    filter: event.outcome == "failure"
    severity: {login.failed: high}
    redact: [{paths: [actor.session.user.email], action: drop}]
tests:
  - name: a failed login is high, and nobody's address is sent
    sink: siem
    input: {id: log-1, type: login.failed, effective_at: 1770979925, actor: {session: {user: {email: ada@example.com}}}}
    expect:
      fields: {event.outcome: failure, event.severity: 73}
      absent: [user.email]
      nowhere: [ada@example.com]
  - name: a login that succeeds is not sent
    sink: siem
    input: '{"type": "login.succeeded", "effective_at": 1770979925}'
    expect: {filtered: true}
\`\`\`

Of each test:

${settingsTable(((described): JsonObject => (isJsonObject(described.items) ? described.items : {}))(describedSchema(testsSchema)))}`
}

const list = (specs: readonly (SourceSpec | SinkSpec)[], folder: string) =>
  `Types: ${specs.map(({ type, summary }) => `[${type}](../${folder}/${type}.md): ${summary}`).join(' ')}`

const sourcePage = (spec: SourceSpec) => componentPage(spec, settingsTable(describedSchema(sourceSchema(spec)), ['type']))
const sinkPage = (spec: SinkSpec) =>
  componentPage(spec, settingsTable(describedSchema(sinkSchema(spec, REGISTRY.formats)), ['type'])) + memorySection(spec)

function componentPage({ kind, type, summary, examples }: SourceSpec | SinkSpec, settings: string): string {
  const yaml = (settingsOf: string) => `${kind}s:\n  my_${kind}:\n    type: ${type}\n${settingsOf.trimEnd().replace(/^(?=.)/gm, '    ')}\n`
  const shown = examples.map(({ title, yaml: text }) => `### ${title}\n\n\`\`\`yaml\n${yaml(text)}\`\`\`\n`)
  return `# ${kind} ${type}
${GENERATED}
${summary}

## Examples

${shown.join('\n')}
## Settings

${settings}`
}

function metricsPage(): string {
  const rows = Object.entries(METRICS as Readonly<Record<string, MetricDeclaration>>).map(
    ([name, { type, help, labels }]) => `| \`${name}\` | ${type} | ${labels.map(label => `\`${label}\``).join(', ')} | ${cell(help)} |`,
  )
  return `# Metrics
${GENERATED}
Served as \`/metrics\` by the admin server (\`service.admin.listen\`). Counters count since the start of the process. At every
moment, for each sink, what was received is what was filtered, delivered and dead-lettered, and what waits.

| name | type | labels | meaning |
|---|---|---|---|
${rows.join('\n')}
`
}
