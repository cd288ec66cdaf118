import { below, type Mistake, SINKS, SOURCES, sink } from './mistake.ts'

export const COMPONENT_MISTAKES: readonly Mistake[] = [
  { name: 'no sources', yaml: SINKS, problems: ['t.yaml:1:1  sources: there has to be at least one source'] },
  { name: 'no sinks', yaml: `${SOURCES}sinks:\n`, problems: ['t.yaml:3:1  sinks: there has to be at least one sink'] },
  {
    name: 'sources as a list',
    yaml: `${SINKS}sources:\n  - type: example_api\n`,
    problems: ['t.yaml:4:3  sources: expected a map of ids, got a list'],
  },
  {
    name: 'an unknown section',
    yaml: below('sink: {}\n'),
    problems: ['t.yaml:5:1  sink: unknown section; expected "journal", "sources", "sinks", "service" or "tests"; did you mean "sinks"?'],
  },
  {
    name: 'no type',
    yaml: `${SOURCES}sinks:\n  hec: {url: "https://h"}\n`,
    problems: ['t.yaml:4:3  sinks.hec.type: missing; expected "example_hec"'],
  },
  {
    name: 'an unknown type',
    yaml: `${SOURCES}sinks:\n  hec: {type: example_hce}\n`,
    problems: ['t.yaml:4:15  sinks.hec.type: expected "example_hec", got "example_hce"; did you mean "example_hec"?'],
  },
  {
    name: 'a type that is a number',
    yaml: `${SOURCES}sinks:\n  hec: {type: 5}\n`,
    problems: ['t.yaml:4:15  sinks.hec.type: expected "example_hec", got a number'],
  },
  {
    name: 'a component that is a text',
    yaml: `${SOURCES}sinks:\n  hec: hunter2\n`,
    problems: ['t.yaml:4:8  sinks.hec: expected a map of settings with a type, got a text'],
  },
  {
    name: 'a component that is nothing',
    yaml: `${SOURCES}sinks:\n  hec:\n`,
    problems: ['t.yaml:4:7  sinks.hec: expected a map of settings with a type, got nothing'],
  },
  {
    name: 'a strange id',
    yaml: `${SOURCES}sinks:\n  "my sink": {type: example_hec, url: "https://h", token: t}\n`,
    problems: ['t.yaml:4:3  sinks.my sink: an id has 1 to 64 letters, digits, "-" and "_", and begins with a letter or a digit'],
  },
  {
    name: 'one id for two',
    yaml: `${SOURCES}sinks:\n  acme: {type: example_hec, url: "https://h", token: t}\n`,
    problems: ['t.yaml:4:3  sinks.acme: a source has this id already; metrics and dead letters could not tell them apart'],
  },
  {
    name: 'an unknown setting',
    yaml: sink('acknowlege: true'),
    problems: ['t.yaml:8:5  sinks.hec.acknowlege: unknown setting; did you mean "acknowledge"?'],
  },
  {
    name: 'a setting like no other',
    yaml: below('service:\n  log: {colour: red}\n'),
    problems: ['t.yaml:6:9  service.log.colour: unknown setting; there are level, format'],
  },
  {
    name: 'a setting like no other, of many',
    yaml: sink('zzz: 1'),
    problems: [
      't.yaml:8:5  sinks.hec.zzz: unknown setting; there are url, token, index, acknowledge, fields, type, inputs, format, filter, redact, severity, include_original, attack, ocsf_version, ecs, validate_output, invalid_output, batch, concurrency, retry',
    ],
  },
  {
    name: 'missing settings',
    yaml: `${SOURCES}sinks:\n  hec:\n    type: example_hec\n`,
    problems: ['t.yaml:4:3  sinks.hec.url: missing (Base URL.)', 't.yaml:4:3  sinks.hec.token: missing (Token.)'],
  },
  { name: 'a setting with nothing', yaml: sink('url:'), problems: ['t.yaml:7:9  sinks.hec.url: expected a URL, got nothing'] },
]
