import { EVENT_FIELDS, SEVERITY_CONSTANTS } from '../../src/filter/fields.ts'
import { cell, GENERATED } from './markdown.ts'

export function filterPage(): string {
  const rows = Object.entries(EVENT_FIELDS).map(
    ([path, { type, meaning }]) => `| \`event.${path}\` | ${type.replace('google.protobuf.Timestamp', 'timestamp')} | ${cell(meaning)} |`,
  )
  const constants = Object.entries(SEVERITY_CONSTANTS).map(([name, value]) => `\`${name}\` ${value}`)
  return `# Filters
${GENERATED}
\`filter\` of a sink is an expression of the [Common Expression Language](https://cel.dev): the sink is sent the events for which
it is true. It is compiled and its types are checked before anything runs; \`tailrace validate\` tells what is wrong, with file,
line and column.

\`\`\`yaml
sinks:
  siem:
    type: stdout
    filter: event.severity >= MEDIUM || event.outcome == "failure" || !event.known
\`\`\`

- \`event\` is the event as the mapping reads it. Its fields are below; a text that the record does not have is the empty text.
- \`raw\` is the object as received. Its numbers are doubles. What may be missing is asked for by \`has(raw.a.b)\` or taken as
  \`raw.?a.?b.orValue("")\`; what only one type has, behind a look at the type, for an expression that fails lets the event pass:
  \`event.type == "api_key.created" && raw["api_key.created"].data.scopes.exists(scope, scope == "all")\`.
- ${constants.join(', ')}: the values of \`event.severity\`.
- \`matches\` takes regular expressions of JavaScript.

**An expression that fails on an event, or gives no boolean, lets the event pass.** Each such event counts in
\`tailrace_sink_filter_errors_total\`; each kind of failure is logged once. What is left out counts in
\`tailrace_sink_filtered_events_total\`, and stays in the journal like every other event.

| field | type | meaning |
|---|---|---|
${rows.join('\n')}
`
}
