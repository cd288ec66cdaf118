import { type Mistake, SINKS, sink, source } from './mistake.ts'

export const VARIABLE_MISTAKES: readonly Mistake[] = [
  {
    name: 'an unset variable',
    yaml: source('base_url: https://${HOTS}/v1'),
    problems: ['t.yaml:7:23  sources.acme.base_url: the environment variable HOTS is not set; did you mean "HOST"?'],
  },
  {
    name: 'an unset variable in quotes',
    yaml: source("base_url: 'https://a ${NOPE_NOPE}'"),
    problems: ['t.yaml:7:26  sources.acme.base_url: the environment variable NOPE_NOPE is not set'],
  },
  {
    name: 'an open variable',
    yaml: source('base_url: https://${HOST'),
    problems: [
      't.yaml:7:23  sources.acme.base_url: a "${" without its "}"; write ${NAME}, ${NAME:-default} or ${file:/path}, and $${ for these two characters',
    ],
  },
  {
    name: 'a variable without a name',
    yaml: source('base_url: https://${}'),
    problems: [
      't.yaml:7:23  sources.acme.base_url: "${}" names no variable; write ${NAME}, ${NAME:-default} or ${file:/path}, and $${ for these two characters',
    ],
  },
  {
    name: 'a variable with a strange name',
    yaml: source('base_url: https://${a-b}'),
    problems: [
      't.yaml:7:23  sources.acme.base_url: "${a-b}" names no variable; write ${NAME}, ${NAME:-default} or ${file:/path}, and $${ for these two characters',
    ],
  },
  {
    name: 'a file that does not exist',
    yaml: source('base_url: ${file:/nowhere/url}'),
    problems: [
      "t.yaml:7:15  sources.acme.base_url: the file /nowhere/url can not be read: ENOENT: no such file or directory, open '/nowhere/url'",
    ],
  },
  {
    name: 'a file of white space',
    yaml: `${SINKS}sources:\n  acme: {type: example_api, api_key: "\${file: }"}\n`,
    problems: ['t.yaml:4:39  sources.acme.api_key: ${file:} names no file; write ${file:/path}'],
  },
  {
    name: 'a variable in a default, also where the default is not taken',
    yaml: `${SINKS}sources:\n  acme:\n    type: example_api\n    api_key: \${SECRET_WORD:-\${HOST}}\n    base_url: https://\${NOPE:-\${HOST}}\n`,
    problems: [
      "t.yaml:6:14  sources.acme.api_key: the default of SECRET_WORD can't hold a variable or a file of its own",
      "t.yaml:7:23  sources.acme.base_url: the default of NOPE can't hold a variable or a file of its own",
    ],
  },
  {
    name: 'a variable in the path of a file, with its brace and without',
    yaml: `${SINKS}sources:\n  acme:\n    type: example_api\n    api_key: \${file:/run/\${HOST}/key}\n    base_url: https://\${file:/run/\${HOST}\n`,
    problems: [
      "t.yaml:6:14  sources.acme.api_key: the path of a file can't hold a variable or a file of its own",
      "t.yaml:7:23  sources.acme.base_url: the path of a file can't hold a variable or a file of its own",
    ],
  },
  {
    name: 'a file without a name',
    yaml: source('base_url: https://${file:}/'),
    problems: ['t.yaml:7:23  sources.acme.base_url: ${file:} names no file; write ${file:/path}'],
  },
  {
    name: 'a wrong value from a variable',
    yaml: source('page_size: ${SECRET_WORD}'),
    problems: ['t.yaml:7:16  sources.acme.page_size: expected a whole number from 1 to 100, got "${SECRET_WORD}"'],
  },
  {
    name: 'a wrong number from a variable',
    yaml: source('page_size: ${MANY}'),
    problems: ['t.yaml:7:16  sources.acme.page_size: expected a whole number from 1 to 100, got "${MANY}"'],
  },
  {
    name: 'an empty secret from a variable',
    yaml: source('tenant_events: ${EMPTY}'),
    problems: ['t.yaml:7:20  sources.acme.tenant_events: expected true or false, got "${EMPTY}"'],
  },
  {
    name: 'an input and a type in a variable are not quoted',
    yaml: sink('inputs: ["${SECRET_WORD}"]\ntype: ${SECRET_WORD}').replace('    type: example_hec\n', ''),
    problems: [
      't.yaml:7:14  sinks.hec.inputs.0: there is no source "${SECRET_WORD}"; there is acme',
      't.yaml:8:11  sinks.hec.type: expected "example_hec", got "${SECRET_WORD}"',
    ],
  },
]
