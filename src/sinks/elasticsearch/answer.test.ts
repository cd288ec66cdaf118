import { expect, test } from 'vitest'
import { BatchRefusedError, BlockedError } from '../../core/errors.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { type AnswerContext, answerError, type ItemVerdict, itemError, readBulkAnswer } from './answer.ts'

function answered(status: number, body: object): HttpAnswer {
  const text = JSON.stringify(body)
  return { status, headers: {}, text, detail: text, shown: part => part, bytes: Buffer.alloc(0) }
}

const item = (status: number, type?: string, reason = '') => ({
  create: { status, ...(type !== undefined && { error: { type, reason } }) },
})
const kindOf = (status: number, type?: string, reason?: string) =>
  readBulkAnswer(answered(200, { items: [item(status, type, reason)] }), 1)?.[0]?.kind

// Goal: what is said of where a document was to go costs no event (invariant 4); what is said of the document holds no other up.
test.each([
  [200, undefined, '', 'stored'],
  [299, undefined, '', 'stored'],
  [300, undefined, '', 'blocked'],
  [409, 'version_conflict_engine_exception', 'document already exists', 'stored'],
  [409, 'status_exception', 'snapshot in progress', 'busy'],
  [409, undefined, '', 'busy'],
  [408, undefined, '', 'busy'],
  [425, undefined, '', 'busy'],
  [429, undefined, '', 'busy'],
  [500, undefined, '', 'busy'],
  [413, 'content_too_long_exception', '', 'rejected'],
  [400, 'mapper_parsing_exception', 'failed to parse', 'rejected'],
  [400, 'illegal_argument_exception', 'Limit of total fields [1000] has been exceeded', 'rejected'],
  [400, 'mapper_parsing_exception', 'the field [data stream] is no object', 'rejected'],
  [404, 'index_not_found_exception', 'no such index', 'blocked'],
  [400, 'index_closed_exception', '', 'blocked'],
  [400, 'invalid_index_name_exception', '', 'blocked'],
  [400, 'invalid_alias_name_exception', '', 'blocked'],
  [400, 'invalid_index_template_exception', '', 'blocked'],
  [400, 'index_creation_exception', '', 'blocked'],
  [400, 'validation_exception', '', 'blocked'],
  [400, 'resource_not_found_exception', '', 'blocked'],
  [400, 'routing_missing_exception', '', 'blocked'],
  [400, 'illegal_argument_exception', 'pipeline with id [p] does not exist', 'blocked'],
  [400, 'illegal_argument_exception', 'no write index is defined for alias [logs]', 'blocked'],
  [400, 'illegal_argument_exception', 'name [x] starts with a dot, a data stream must not', 'blocked'],
  [400, 'illegal_argument_exception', 'only write ops with an op_type of create are allowed', 'blocked'],
  [400, 'illegal_argument_exception', 'composable template [t] is invalid', 'blocked'],
  [400, 'illegal_argument_exception', 'this cluster has reached its maximum shards open', 'blocked'],
])('an event that is answered %i %s "%s" is %s', (status, type, reason, kind) => {
  expect(kindOf(status, type, reason)).toBe(kind)
})

test.each([
  ['fewer items than events', [item(201)]],
  ['more items than events', [item(201), item(201), item(201)]],
  ['an item of another operation', [item(201), { index: { status: 201 } }]],
  ['an item without a state', [item(201), { create: {} }]],
])('%s: no answer to this request', (_, items) => {
  expect(readBulkAnswer(answered(200, { items }), 2)).toBeUndefined()
})

const CONTEXT: AnswerContext = {
  url: new URL('https://es.example/logs/_bulk'),
  index: 'logs',
  login: 'The API key comes from the configuration',
  http: () => new BatchRefusedError('elasticsearch.refused', 'of HTTP'),
}

test('a 400 to a request that HTTP means otherwise keeps that meaning', () => {
  const meant = new BlockedError('elasticsearch.tls', 'write https')
  expect(answerError(answered(400, {}), { ...CONTEXT, http: () => meant })).toBe(meant)
  expect(answerError(answered(400, {}), CONTEXT)).toMatchObject({ name: 'BlockedError', code: 'elasticsearch.request' })
})

const BUSY: ItemVerdict = { kind: 'busy', status: 429, reason: 'queue full' }

test.each([
  ['the one that an operator has to mend is told', [BUSY, { kind: 'blocked', status: 404, reason: 'no such index' }], 'target'],
  ['a missing right is a matter of the login', [BUSY, { kind: 'blocked', status: 403, reason: 'security_exception: no' }], 'denied'],
  ['a block is none', [{ kind: 'blocked', status: 403, reason: 'cluster_block_exception: read-only' }], 'target'],
  ['without one it may pass', [BUSY, BUSY], 'busy'],
] as const)('of events of which none was stored, %s', (_, verdicts, what) => {
  expect(itemError(verdicts, CONTEXT)).toMatchObject({ code: `elasticsearch.${what}` })
})
