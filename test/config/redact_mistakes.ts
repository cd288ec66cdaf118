import { type Mistake, sink } from './mistake.ts'

const KEY = 'key: "${SECRET_WORD}${SECRET_WORD}${SECRET_WORD}", key_id: k1'

export const REDACT_MISTAKES: readonly Mistake[] = [
  {
    name: 'a rule without a path',
    yaml: sink('redact:\n  - {action: mask}'),
    problems: ['t.yaml:9:9  sinks.hec.redact.0: expected a path in paths or fields, got a map of settings'],
  },
  {
    name: 'a path that is none, at its own place',
    yaml: sink('redact:\n  - {paths: [actor..email], action: mask}'),
    problems: [
      't.yaml:9:23  sinks.hec.redact.0.paths.0: expected a path such as actor.session.user.email, *.data.email or ["api_key.created"].data.email, got "..email"',
    ],
  },
  {
    name: 'a path without its bracket, in quotes',
    yaml: sink(`redact:\n  - {paths: ['actor["email'], action: mask}`),
    problems: [
      't.yaml:9:24  sinks.hec.redact.0.paths.0: expected a path such as actor.session.user.email, *.data.email or ["api_key.created"].data.email, got "[\\"email"',
    ],
  },
  {
    name: 'a path that ends anywhere',
    yaml: sink('redact:\n  - {paths: [actor.**], action: mask}'),
    problems: ['t.yaml:9:24  sinks.hec.redact.0.paths.0: expected a name after **, got "**"'],
  },
  {
    name: 'a path in a variable is not quoted',
    yaml: sink('redact:\n  - {paths: ["..${SECRET_WORD}"], action: mask}'),
    problems: ['t.yaml:9:18  sinks.hec.redact.0.paths.0: expected a path such as actor.session.user.email, got "..${SECRET_WORD}"'],
  },
  {
    name: 'an unknown action',
    yaml: sink('redact:\n  - {paths: [a], action: hash}'),
    problems: ['t.yaml:9:30  sinks.hec.redact.0.action: expected "drop", "mask" or "pseudonym", got "hash"'],
  },
  {
    name: 'a pseudonym without a key',
    yaml: sink('redact:\n  - {paths: [a], action: pseudonym}'),
    problems: [
      't.yaml:9:9  sinks.hec.redact.0.key: missing (For pseudonym: the key of HMAC-SHA-256, of at least 16 characters.)',
      't.yaml:9:9  sinks.hec.redact.0.key_id: missing (For pseudonym: what the key is called in the output, so that a new one is told from it.)',
    ],
  },
  {
    name: 'a key that is too short',
    yaml: sink('redact:\n  - {paths: [a], action: pseudonym, key: hunter2, key_id: k1}'),
    problems: ['t.yaml:9:46  sinks.hec.redact.0.key: expected at least 16 characters, got ***'],
  },
  {
    name: 'the name of a key with a colon',
    yaml: sink(`redact:\n  - {paths: [a], action: pseudonym, ${KEY.replace('k1', '"k:1"')}}`),
    problems: ['t.yaml:9:100  sinks.hec.redact.0.key_id: expected 1 to 32 letters, digits, "-" and "_", got "k:1"'],
  },
  {
    name: 'what says what the record is',
    yaml: sink('redact:\n  - {paths: [actor, type], action: drop}'),
    problems: [
      't.yaml:9:25  sinks.hec.redact.0.paths.1: expected a path to what may go: type, object and effective_at, or event and created_at, say what the record is, got "type"',
    ],
  },
  {
    name: 'an id that would not be unique',
    yaml: sink('redact:\n  - {paths: [id], action: mask}'),
    problems: ['t.yaml:9:18  sinks.hec.redact.0.paths.0: expected a path to what may go: of an id only a pseudonym is as unique, got "id"'],
  },
  {
    name: 'a prefix that hides nothing',
    yaml: sink('redact:\n  - {paths: [a], action: mask, keep_prefix: {ipv4: 32}}'),
    problems: ['t.yaml:9:56  sinks.hec.redact.0.keep_prefix.ipv4: expected a whole number from 0 to 31, got the number 32'],
  },
  {
    name: 'fields of an event that is sent as it is',
    yaml: sink('format: raw\nredact:\n  - {fields: [user.email], action: mask}'),
    problems: ['t.yaml:10:18  sinks.hec.redact.0.fields: expected paths instead: the format raw has no fields of its own, got a list'],
  },
]
