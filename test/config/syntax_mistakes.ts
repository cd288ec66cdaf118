import { below, type Mistake, SINKS, SOURCES } from './mistake.ts'

export const SYNTAX_MISTAKES: readonly Mistake[] = [
  { name: 'an empty file', yaml: '', problems: ['t.yaml:1:1  this file is empty'] },
  { name: 'comments only', yaml: '# ${NOT_SET} does nothing here\n', problems: ['t.yaml:1:1  this file is empty'] },
  { name: 'a list', yaml: '- a\n', problems: ['t.yaml:1:1  expected a map with sources and sinks, got a list'] },
  { name: 'a text', yaml: 'hello\n', problems: ['t.yaml:1:1  expected a map with sources and sinks, got a text'] },
  { name: 'a tab', yaml: 'sources:\n\tacme: 1\n', problems: ['t.yaml:2:1  YAML is indented by spaces, and this is a tab'] },
  {
    name: 'wrong indentation',
    yaml: 'sources:\n  acme:\n    type: example_api\n   api_key: k\n',
    problems: ['t.yaml:4:1  this line is indented further or less than its neighbours'],
  },
  {
    name: 'an open quote',
    yaml: 'sources:\n  acme: {type: "example_api}\n',
    problems: ['t.yaml:3:1  a closing " is missing before this place'],
  },
  {
    name: 'a variable between braces, without quotes',
    yaml: 'sources:\n  acme: {type: example_api, api_key: ${KEY}}\n',
    problems: ['t.yaml:2:38  between braces or brackets, a text with ${…} has to stand in quotes'],
  },
  { name: 'an open bracket', yaml: 'sources: {acme: {type: example_api}\n', problems: ['t.yaml:2:1  a "}" is missing before this line'] },
  {
    name: 'a colon in a text',
    yaml: 'sources:\n  acme: type: example_api\n',
    problems: ['t.yaml:2:9  a map can not begin in the middle of a line; put the text in quotes, or the map on a line of its own'],
  },
  {
    name: 'a key without a colon',
    yaml: 'sources:\n  acme\n  other: 1\n',
    problems: ['t.yaml:2:3  a key has to end on its line with a colon'],
  },
  {
    name: 'a wrong escape',
    yaml: 'sources:\n  acme: "C:\\windows"\n',
    problems: ['t.yaml:2:12  no escape of a double-quoted text begins like this; single quotes take a backslash as it is'],
  },
  {
    name: 'an unknown alias',
    yaml: 'sources: *nowhere\n',
    problems: [
      't.yaml:1:1  sinks: there has to be at least one sink',
      't.yaml:1:10  sources: no anchor of this name stands before this alias',
    ],
  },
  {
    name: 'two documents',
    yaml: 'sources: {}\n---\nsinks: {}\n',
    problems: ['t.yaml:2:1  one file holds one document; remove the "---", or make it two files'],
  },
  { name: 'an unknown tag', yaml: 'sources: !thing {}\n', problems: ['t.yaml:1:10  this tag is not known'] },
  {
    name: 'a reserved character',
    yaml: 'sources: @acme\n',
    problems: ['t.yaml:1:10  a text that begins with this character has to stand in quotes'],
  },
  {
    name: 'a key twice',
    yaml: below('service: {log: {level: info, level: debug}}\n'),
    problems: ['t.yaml:5:30  service.log.level: stands here twice; first at t.yaml:5:17'],
  },
  {
    name: 'an alias of itself',
    yaml: below('service: &s\n  log: *s\n'),
    problems: ['t.yaml:6:8  service.log: this alias contains itself'],
  },
  {
    name: 'maps that are merged',
    yaml: `${SOURCES}sinks:\n  a: &a {type: example_hec, url: "https://h", token: t}\n  b:\n    <<: *a\n    token: t\n`,
    problems: ['t.yaml:6:5  sinks.b: maps are not merged by <<; an alias stands for a whole value, such as batch: *b'],
  },
  {
    name: 'a key that is a list',
    yaml: below('service:\n  ? [a]\n  : 1\n'),
    problems: ['t.yaml:6:5  service: a name has to be a text, and this is none'],
  },
  {
    name: 'an id in two files',
    yaml: { 'a.yaml': below(''), 'b.yaml': `# more\n${SINKS}` },
    problems: ['b.yaml:3:3  sinks.hec: stands in two files; first at a.yaml:4:3'],
  },
  {
    name: 'a setting in two files',
    yaml: { 'a.yaml': below('journal: {type: memory}\n'), 'b.yaml': 'journal: {type: sqlite}\n' },
    problems: ['b.yaml:1:11  journal.type: stands in two files; first at a.yaml:5:11'],
  },
  {
    name: 'a section that is a text in one file',
    yaml: { 'a.yaml': below(''), 'b.yaml': 'sinks: none\n' },
    problems: ['b.yaml:1:1  sinks: stands in two files; first at a.yaml:3:1'],
  },
]
