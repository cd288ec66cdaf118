import { below, type Mistake, SINKS, sink, source } from './mistake.ts'

export const VALUE_MISTAKES: readonly Mistake[] = [
  {
    name: 'a secret that is a number',
    yaml: `${SINKS}sources:\n  acme:\n    type: example_api\n    api_key: 12345\n`,
    problems: ['t.yaml:6:14  sources.acme.api_key: expected a text, got ***; put it in quotes'],
  },
  {
    name: 'a secret that is a list',
    yaml: `${SINKS}sources:\n  acme:\n    type: example_api\n    api_key: [hunter2]\n`,
    problems: ['t.yaml:6:14  sources.acme.api_key: expected a text, got a list'],
  },
  {
    name: 'an empty secret',
    yaml: `${SINKS}sources:\n  acme:\n    type: example_api\n    api_key: ""\n`,
    problems: ['t.yaml:6:14  sources.acme.api_key: expected at least 1 character, got ***'],
  },
  {
    name: 'a duration without a unit',
    yaml: source('poll_interval: 15'),
    problems: [
      't.yaml:7:20  sources.acme.poll_interval: expected a duration, such as 500ms, 30s, 15m, 12h or 30d, got the number 15; did you mean "15s"?',
    ],
  },
  {
    name: 'a duration with a wrong unit',
    yaml: source('poll_interval: 15 fortnights'),
    problems: ['t.yaml:7:20  sources.acme.poll_interval: expected a duration from 1s to 1h, got "15 fortnights"'],
  },
  {
    name: 'a duration beyond its limit',
    yaml: source('poll_interval: 2h'),
    problems: ['t.yaml:7:20  sources.acme.poll_interval: expected a duration from 1s to 1h, got "2h"'],
  },
  {
    name: 'a size without a unit',
    yaml: below('journal:\n  max_bytes: 1000\n'),
    problems: [
      't.yaml:6:14  journal.max_bytes: expected a size, such as 512KiB, 5MB or 10GiB, got the number 1000; did you mean "1000MiB"?',
    ],
  },
  {
    name: 'sizes and durations without a unit, to which one is put that is allowed',
    yaml: below('journal:\n  max_bytes: 1048576\n  retention: 30\n  retention_bytes: 1e+300\n'),
    problems: [
      't.yaml:6:14  journal.max_bytes: expected a size, such as 512KiB, 5MB or 10GiB, got the number 1048576; did you mean "1048576B"?',
      't.yaml:7:14  journal.retention: expected a duration, such as 500ms, 30s, 15m, 12h or 30d, got the number 30; did you mean "30d"?',
      't.yaml:8:20  journal.retention_bytes: expected a size, such as 512KiB, 5MB or 10GiB, got the number 1e+300',
    ],
  },
  {
    name: 'a number that is none',
    yaml: source('page_size: .nan'),
    problems: ['t.yaml:7:16  sources.acme.page_size: expected a whole number from 1 to 100, got the number NaN'],
  },
  {
    name: 'a size below its limit',
    yaml: below('journal:\n  max_bytes: 1KiB\n'),
    problems: ['t.yaml:6:14  journal.max_bytes: expected a size from 1MiB to 100TiB, got "1KiB"'],
  },
  {
    name: 'no URL',
    yaml: sink('url: splunk.example:8088'),
    problems: ['t.yaml:7:10  sinks.hec.url: expected an http:// or https:// URL without a user name in it, got "splunk.example:8088"'],
  },
  {
    name: 'a URL with a password',
    yaml: sink('url: https://user:hunter2@h'),
    problems: ['t.yaml:7:10  sinks.hec.url: expected an http:// or https:// URL without a user name in it, got "https://***@h"'],
  },
  {
    name: 'a secret where a list of maps has one',
    yaml: sink('redact: hunter2'),
    problems: ['t.yaml:8:13  sinks.hec.redact: expected a list, got ***; write it as a list: [ … ]'],
  },
  {
    name: 'a URL with a token in its query',
    yaml: sink('url: ftp://h/?token=hunter2'),
    problems: ['t.yaml:7:10  sinks.hec.url: expected an http:// or https:// URL without a user name in it, got "ftp://h/?***"'],
  },
  {
    name: 'a password that should have been encoded',
    yaml: sink('url: https://user:hunter/2@h'),
    problems: ['t.yaml:7:10  sinks.hec.url: expected an http:// or https:// URL without a user name in it, got "https://***@h"'],
  },
  {
    name: 'a password with the sign of a query',
    yaml: sink(`url: 'https://user:hunter#2@h/x'`),
    problems: ['t.yaml:7:10  sinks.hec.url: expected an http:// or https:// URL without a user name in it, got "https://***"'],
  },
  {
    name: 'a token with an @ in its query',
    yaml: sink(`url: 'ftp://h/?token=hunter@2'`),
    problems: ['t.yaml:7:10  sinks.hec.url: expected an http:// or https:// URL without a user name in it, got "ftp://***"'],
  },
  {
    name: 'a password without a scheme',
    yaml: sink('url: user:hunter2@h'),
    problems: ['t.yaml:7:10  sinks.hec.url: expected an http:// or https:// URL without a user name in it, got "***"'],
  },
  {
    name: 'a password beside a variable',
    yaml: sink('url: ftp://user:hunter2@${HOST:-h}'),
    problems: ['t.yaml:7:10  sinks.hec.url: expected an http:// or https:// URL without a user name in it, got "ftp://***@${HOST:-h}"'],
  },
  {
    name: 'a number that is a text',
    yaml: source('page_size: many'),
    problems: ['t.yaml:7:16  sources.acme.page_size: expected a whole number from 1 to 100, got "many"'],
  },
  {
    name: 'a number with a fraction',
    yaml: source('page_size: 1.5'),
    problems: ['t.yaml:7:16  sources.acme.page_size: expected a whole number from 1 to 100, got the number 1.5'],
  },
  {
    name: 'a number too large',
    yaml: source('page_size: 101'),
    problems: ['t.yaml:7:16  sources.acme.page_size: expected a whole number from 1 to 100, got the number 101'],
  },
  {
    name: 'a number too small',
    yaml: source('page_size: 0'),
    problems: ['t.yaml:7:16  sources.acme.page_size: expected a whole number from 1 to 100, got the number 0'],
  },
  {
    name: 'a boolean of YAML 1.1',
    yaml: source('tenant_events: yes'),
    problems: ['t.yaml:7:20  sources.acme.tenant_events: expected true or false, got "yes"; did you mean true?'],
  },
  {
    name: 'a boolean that is a number',
    yaml: source('tenant_events: 1'),
    problems: ['t.yaml:7:20  sources.acme.tenant_events: expected true or false, got the number 1'],
  },
  {
    name: 'a list that is a text',
    yaml: source('event_types: login.failed'),
    problems: ['t.yaml:7:18  sources.acme.event_types: expected a list, got "login.failed"; write it as a list: [ … ]'],
  },
  {
    name: 'a list with a number',
    yaml: source('event_types: [login.failed, 7]'),
    problems: ['t.yaml:7:33  sources.acme.event_types.1: expected a text, got the number 7; put it in quotes'],
  },
  {
    name: 'a list too long',
    yaml: source('event_types: [a, b, c, d]'),
    problems: ['t.yaml:7:18  sources.acme.event_types: expected at most 3 entries, got a list'],
  },
  {
    name: 'a text that is a number',
    yaml: sink('index: 5'),
    problems: ['t.yaml:8:12  sinks.hec.index: expected a text, got the number 5; put it in quotes'],
  },
  {
    name: 'a text too long',
    yaml: sink('index: abcdefghijklmnopqrstuvwxyz'),
    problems: ['t.yaml:8:12  sinks.hec.index: expected at most 20 characters, got "abcdefghijklmnopqrstuvwxyz"'],
  },
  {
    name: 'a map that is a text',
    yaml: sink('fields: env=prod'),
    problems: ['t.yaml:8:13  sinks.hec.fields: expected a map, got "env=prod"'],
  },
  {
    name: 'a name in a map that is none, at its own place',
    yaml: sink('fields: {kind: a, name_with_many_letters: b}'),
    problems: ['t.yaml:8:23  sinks.hec.fields.name_with_many_letters: expected at most 20 characters, got "name_with_many_letters"'],
  },
  {
    name: 'a map with a number',
    yaml: sink('fields: {port: 80}'),
    problems: ['t.yaml:8:20  sinks.hec.fields.port: expected a text, got the number 80; put it in quotes'],
  },
  {
    name: 'an unknown format',
    yaml: sink('format: ecss'),
    problems: ['t.yaml:8:13  sinks.hec.format: expected "raw", "ecs", "ocsf", "otel", "cim" or "datadog", got "ecss"; did you mean "ecs"?'],
  },
  {
    name: 'an unknown severity',
    yaml: sink('severity:\n  login.failed: hgih'),
    problems: [
      't.yaml:9:21  sinks.hec.severity.login.failed: expected "informational", "low", "medium", "high" or "critical", got "hgih"; did you mean "high"?',
    ],
  },
  {
    name: 'an input that is no source',
    yaml: sink('inputs: [acne]'),
    problems: ['t.yaml:8:14  sinks.hec.inputs.0: there is no source "acne"; did you mean "acme"?'],
  },
  { name: 'no inputs', yaml: sink('inputs: []'), problems: ['t.yaml:8:13  sinks.hec.inputs: expected at least 1 entry, got a list'] },
  {
    name: 'a batch beyond what the sink takes',
    yaml: sink('batch: {events_max: 1001}'),
    problems: ['t.yaml:8:25  sinks.hec.batch.events_max: expected a whole number from 1 to 1000, got the number 1001'],
  },
  {
    name: 'an unknown setting in a section',
    yaml: sink('batch: {event_max: 10}'),
    problems: ['t.yaml:8:13  sinks.hec.batch.event_max: unknown setting; did you mean "events_max"?'],
  },
  {
    name: 'no address',
    yaml: below('service:\n  admin: {listen: everywhere}\n'),
    problems: ['t.yaml:6:19  service.admin.listen: expected host:port, such as 127.0.0.1:8686, got "everywhere"'],
  },
  {
    name: 'a port beyond all ports',
    yaml: below('service:\n  admin: {listen: "127.0.0.1:70000"}\n'),
    problems: ['t.yaml:6:19  service.admin.listen: expected host:port, such as 127.0.0.1:8686, got "127.0.0.1:70000"'],
  },
  {
    name: 'an unknown journal',
    yaml: below('journal: {type: sqllite}\n'),
    problems: ['t.yaml:5:17  journal.type: expected "sqlite" or "memory", got "sqllite"; did you mean "sqlite"?'],
  },
  {
    name: 'many mistakes at once, in their order',
    yaml: { 'a.yaml': source('page_size: x\npoll_interval: 5\nnonsense: 1'), 'b.yaml': 'journal:\n  retention: never\n  bogus: 1\n' },
    problems: [
      'a.yaml:7:16  sources.acme.page_size: expected a whole number from 1 to 100, got "x"',
      'a.yaml:8:20  sources.acme.poll_interval: expected a duration, such as 500ms, 30s, 15m, 12h or 30d, got the number 5; did you mean "5s"?',
      'a.yaml:9:5  sources.acme.nonsense: unknown setting; there are api_key, base_url, page_size, poll_interval, tenant_events, event_types, type, organization',
      'b.yaml:2:14  journal.retention: expected a duration from 1m to 3650d, got "never"',
      'b.yaml:3:3  journal.bogus: unknown setting; there are type, path, max_bytes, retention, retention_bytes',
    ],
  },
]
