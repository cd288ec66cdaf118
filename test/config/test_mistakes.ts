import { below, type Mistake } from './mistake.ts'

const wrong = (text: string) => below(`tests:\n  - name: one\n${text.replace(/^(?=.)/gm, '    ')}`)

export const TEST_MISTAKES: readonly Mistake[] = [
  { name: 'no list', yaml: below('tests: {one: {}}\n'), problems: ['t.yaml:5:8  tests: expected a list, got a map of settings'] },
  {
    name: 'an unknown sink',
    yaml: wrong('sink: hecc\ninput: {type: a}\nexpect: {fields: {event.id: a}}\n'),
    problems: ['t.yaml:7:11  tests.0.sink: expected "hec", got "hecc"; did you mean "hec"?'],
  },
  {
    name: 'a sink and a path in variables, which are not quoted',
    yaml: wrong('sink: ${SECRET_WORD}\ninput: {type: a}\nexpect: {absent: ["..${SECRET_WORD}"]}\n'),
    problems: [
      't.yaml:7:11  tests.0.sink: expected "hec", got "${SECRET_WORD}"',
      't.yaml:9:23  tests.0.expect.absent.0: expected a path such as actor.session.user.email, *.data.email or ["api_key.created"].data.email, got "..${SECRET_WORD}"',
    ],
  },
  {
    name: 'a sink and a format',
    yaml: wrong('sink: hec\nformat: ecs\ninput: {type: a}\nexpect: {fields: {event.id: a}}\n'),
    problems: ['t.yaml:6:5  tests.0: expected a sink or a format that the event goes through, and not both'],
  },
  {
    name: 'an input that is no event',
    yaml: wrong('sink: hec\ninput: "[1]"\nexpect: {fields: {event.id: a}}\n'),
    problems: ['t.yaml:8:12  tests.0.input: expected an event: a map, or the text of one JSON object, got "[1]"'],
  },
  {
    name: 'nothing expected',
    yaml: wrong('sink: hec\ninput: {type: a}\nexpect: {}\n'),
    problems: ['t.yaml:9:13  tests.0.expect: expected fields, absent, nowhere or filtered'],
  },
  {
    name: 'fields of what is left out',
    yaml: wrong('sink: hec\ninput: {type: a}\nexpect: {filtered: true, absent: [a]}\n'),
    problems: ['t.yaml:9:13  tests.0.expect: expected nothing beside filtered, and a sink: what is left out has no fields'],
  },
  {
    name: 'a path that is none',
    yaml: wrong('format: ecs\ninput: {type: a}\nexpect: {fields: {event..id: a}, absent: ["a["]}\n'),
    problems: [
      't.yaml:9:23  tests.0.expect.fields.event..id: expected a path such as actor.session.user.email, *.data.email or ["api_key.created"].data.email, got "event..id"',
      't.yaml:9:47  tests.0.expect.absent.0: expected a path such as actor.session.user.email, *.data.email or ["api_key.created"].data.email, got "a["',
    ],
  },
  {
    name: 'a field that stands beside them',
    yaml: wrong('format: ecs\ninput: {type: a}\nexpect: {event.id: a}\n'),
    problems: ['t.yaml:9:14  tests.0.expect.event.id: unknown setting; there are filtered, fields, absent, nowhere'],
  },
]
