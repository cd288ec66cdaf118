import { type Mistake, sink } from './mistake.ts'

export const FILTER_MISTAKES: readonly Mistake[] = [
  {
    name: 'an unknown field, at its own place',
    yaml: sink('filter: event.type != "" && event.tipe == "a"'),
    problems: [
      't.yaml:8:39  sinks.hec.filter: expected a field: id, type, known, time, received, source, stream, severity, outcome, category, actor, project, target, error, got "tipe"; did you mean "type"?',
    ],
  },
  {
    name: 'a field within quotes of YAML',
    yaml: sink(`filter: 'event.actor.emial == ""'`),
    problems: [
      't.yaml:8:26  sinks.hec.filter: expected a field: type, id, email, name, domain, service_account_id, key_id, address, ip, user_agent, country, city, got "emial"; did you mean "email"?',
    ],
  },
  {
    name: 'types that do not fit',
    yaml: sink('filter: event.severity > "x"'),
    problems: ['t.yaml:8:13  sinks.hec.filter: expected types that fit: no such overload: int > string, got "event.severity > \\"x\\""'],
  },
  {
    name: 'an unknown constant',
    yaml: sink('filter: event.severity >= MEDUIM'),
    problems: [
      't.yaml:8:31  sinks.hec.filter: expected event, raw, INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL, got "MEDUIM"; did you mean "MEDIUM"?',
    ],
  },
  {
    name: 'an expression without its end',
    yaml: sink('filter: event.severity >='),
    problems: ['t.yaml:8:30  sinks.hec.filter: expected a CEL expression: unexpected token: end of the expression, got nothing'],
  },
  {
    name: 'no boolean',
    yaml: sink('filter: event.type'),
    problems: ['t.yaml:8:13  sinks.hec.filter: expected true or false, and this gives string, got "event.type"'],
  },
  {
    name: 'in a block of several lines, at its own place',
    yaml: sink('filter: |\n  event.type == "a" &&\n    event.tipe == "b"'),
    problems: [
      't.yaml:10:15  sinks.hec.filter: expected a field: id, type, known, time, received, source, stream, severity, outcome, category, actor, project, target, error, got "tipe"; did you mean "type"?',
    ],
  },
  {
    name: 'in a folded block with a comment',
    yaml: sink('filter: >- # why\n\n  event.type == "a" &&\n  event.tipe == "b"'),
    problems: [
      't.yaml:11:13  sinks.hec.filter: expected a field: id, type, known, time, received, source, stream, severity, outcome, category, actor, project, target, error, got "tipe"; did you mean "type"?',
    ],
  },
  {
    name: 'in lines without quotes',
    yaml: sink('filter: event.type == "a"\n  && event.tipe == "b"'),
    problems: [
      't.yaml:9:16  sinks.hec.filter: expected a field: id, type, known, time, received, source, stream, severity, outcome, category, actor, project, target, error, got "tipe"; did you mean "type"?',
    ],
  },
  {
    name: 'an escape of YAML: the place of the text',
    yaml: sink('filter: "event.tipe == \\"a\\""'),
    problems: [
      't.yaml:8:13  sinks.hec.filter: expected a field: id, type, known, time, received, source, stream, severity, outcome, category, actor, project, target, error, got "tipe"; did you mean "type"?',
    ],
  },
  {
    name: 'an expression in a variable is not quoted',
    yaml: sink('filter: ${EXPRESSION}'),
    problems: ['t.yaml:8:13  sinks.hec.filter: expected a CEL expression that gives true or false, got "${EXPRESSION}"'],
  },
  {
    name: 'a boolean',
    yaml: sink('filter: true'),
    problems: ['t.yaml:8:13  sinks.hec.filter: expected a text, got the boolean true'],
  },
]
