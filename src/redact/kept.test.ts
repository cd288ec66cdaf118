import { expect, test } from 'vitest'
import { received } from '../../test/mapping/events.ts'
import type { JsonObject } from '../core/json.ts'
import { createRawMapper } from '../mappers/raw/index.ts'
import { Secret } from '../toolkit/secret.ts'
import { parsePath } from './path.ts'
import { redactingMapper } from './redactor.ts'
import type { RedactRule } from './rule.ts'

const MASK = '[redacted]'
const masking = (path: string): RedactRule => ({ action: 'mask', paths: [parsePath(path)], fields: [] })
const KEYED: RedactRule = { action: 'pseudonym', key: Secret.literal('0123456789abcdef'), keyId: 'k1', paths: [], fields: [] }

const redacted = (text: string, ...rules: readonly RedactRule[]) =>
  redactingMapper(createRawMapper(), rules)(received(JSON.parse(text) as JsonObject, text))

// Goal: what the mapping reads by stays, so that no value of a field can hide a record from who searches for it.
test.each([
  [
    'a record with a time is none of the organization log',
    'e',
    `{"e":"ada@x.org","effective_at":1,"event":"ada@x.org"}`,
    `{"e":"${MASK}","effective_at":1,"event":"${MASK}"}`,
  ],
  ['the id, of which the path says nothing', '**.id', '{"id":"log-1","a":{"id":"user-1"}}', `{"id":"log-1","a":{"id":"${MASK}"}}`],
  ['the id, where the path names it', 'id', '{"id":"log-1"}', `{"id":"${MASK}"}`],
  ['a name of the API', 'e', '{"e":"email","a":{"email":"b","by email":1}}', `{"e":"${MASK}","a":{"email":"b","by ${MASK}":1}}`],
  [
    'the name of the payload',
    'e',
    '{"e":"n.fail","type":"login.failed","login.failed":{"n.fail":1}}',
    `{"e":"${MASK}","type":"login.failed","login.failed":{"${MASK}":1}}`,
  ],
  [
    'the name of the payload of the type that is read',
    'e',
    '{"e":"n.fail","type":"x","type":"login.failed","login.failed":{}}',
    `{"e":"${MASK}","type":"x","type":"login.failed","login.failed":{}}`,
  ],
])('%s', (_, path, text, expected) => {
  expect(redacted(text, masking(path)).json).toBe(expected)
})

test('of two rules for a value the first has it', () => {
  const second = { ...KEYED, paths: [parsePath('e')] }
  expect(redacted('{"e":"ada@x.org"}', masking('e'), second).json).toBe(`{"e":"${MASK}"}`)
  expect(redacted('{"e":"ada@x.org"}', second, masking('e')).json).toMatch(/^\{"e":"k1:[0-9a-f]{32}"\}$/)
})

test('what one rule takes from the record stays out when another is about the output', () => {
  const text = '{"e":"ada@x.org","f":"bob@x.org","g":"by bob@x.org"}'
  const { json, event } = redacted(text, masking('e'), { ...KEYED, fields: [parsePath('f')] })
  const { f, ...others } = JSON.parse(json) as { f: string }
  expect(f).toMatch(/^k1:[0-9a-f]{32}$/)
  expect(others).toEqual({ e: MASK, g: `by ${f}` })
  expect(event.received?.text).toBe(text)
})
