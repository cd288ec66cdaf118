import { expect, test } from 'vitest'
import { BatchRefusedError, BlockedError, RetryableError } from '../../core/errors.ts'
import { isSpoilt, kafkaError, refusesIdempotence, UnsentError } from './errors.ts'

const place = { brokers: ['b1:9092', 'b2:9092', 'b3:9092', 'b4:9092'], topic: 'audit' }
const named = (name: string, message: string, fields: object = {}) => Object.assign(new Error(message), { name, ...fields })
const answer = (type: string) => named('KafkaJSProtocolError', `the broker said ${type}`, { type, code: 1 })
/** As kafkajs wraps what it has tried several times. */
const givenUp = (cause: Error) => named('KafkaJSNumberOfRetriesExceeded', cause.message, { cause })

test.each([
  ['MESSAGE_TOO_LARGE', BatchRefusedError, 'kafka.too_large'],
  ['RECORD_LIST_TOO_LARGE', BatchRefusedError, 'kafka.too_large'],
  ['INVALID_RECORD', BatchRefusedError, 'kafka.refused'],
  ['INVALID_TIMESTAMP', BatchRefusedError, 'kafka.refused'],
  ['UNKNOWN_TOPIC_OR_PARTITION', BlockedError, 'kafka.unknown_topic'],
  ['INVALID_TOPIC_EXCEPTION', BlockedError, 'kafka.invalid_topic'],
  ['TOPIC_AUTHORIZATION_FAILED', BlockedError, 'kafka.unauthorized'],
  ['CLUSTER_AUTHORIZATION_FAILED', BlockedError, 'kafka.unauthorized'],
  ['SASL_AUTHENTICATION_FAILED', BlockedError, 'kafka.unauthorized'],
  ['UNSUPPORTED_SASL_MECHANISM', BlockedError, 'kafka.unauthorized'],
  ['UNSUPPORTED_VERSION', BlockedError, 'kafka.unsupported'],
  ['POLICY_VIOLATION', BlockedError, 'kafka.policy'],
  ['NOT_ENOUGH_REPLICAS', RetryableError, 'kafka.busy'],
  ['NOT_LEADER_FOR_PARTITION', RetryableError, 'kafka.busy'],
  ['THROTTLING_QUOTA_EXCEEDED', RetryableError, 'kafka.busy'],
  ['OUT_OF_ORDER_SEQUENCE_NUMBER', RetryableError, 'kafka.busy'],
])('%s is a %o, however it is wrapped', (type, errorClass, code) => {
  for (const cause of [answer(type), givenUp(answer(type)), named('KafkaJSNonRetriableError', 'gave up', { cause: answer(type) })]) {
    const error = kafkaError(cause, place)
    expect(error).toBeInstanceOf(errorClass)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/^Kafka at b1:9092, b2:9092, b3:9092, topic audit: /)
    expect(error.cause).toBe(cause)
  }
})

test('without keys, a refused record is about the key', () => {
  expect(kafkaError(answer('INVALID_RECORD'), { ...place, keyless: true })).toMatchObject({ name: 'BlockedError', code: 'kafka.keyless' })
})

test.each([
  ['SASL SCRAM SHA512 authentication failed: Authentication failed during authentication', 'BlockedError'],
  ['SASL PLAIN authentication failed: Closed connection', 'RetryableError'],
  ['SASL PLAIN authentication failed: Connection timeout', 'RetryableError'],
])('a login that ends with "%s" is a %s', (message, name) => {
  expect(kafkaError(named('KafkaJSSASLAuthenticationError', message), place).name).toBe(name)
})

test('what is already decided stays', () => {
  const error = new BlockedError('secret.unreadable', 'no file')
  expect(kafkaError(error, place)).toBe(error)
})

test('an endless answer is cut', () => {
  expect(kafkaError(new Error('x'.repeat(100_000)), place).message.length).toBeLessThan(1000)
})

test.each([
  [
    'a connection that was closed',
    named('KafkaJSConnectionClosedError', 'Closed connection'),
    'kafka.unreachable',
    /wants `tls` or `sasl`/,
  ],
  ['a connection that was reset', named('Error', 'read', { code: 'ECONNRESET' }), 'kafka.unreachable', /wants `tls` or `sasl`/],
  ['a host that is not there', named('Error', 'connect', { code: 'ECONNREFUSED' }), 'kafka.unreachable', /look at `brokers`/],
  ['a partition that is not there', new UnsentError(2), 'kafka.busy', /partition 2 is not there/],
])('%s may pass, and is told with what helps', (_, cause, code, message) => {
  expect(kafkaError(givenUp(cause), place)).toMatchObject({ name: 'RetryableError', message: expect.stringMatching(message) as string })
  expect(kafkaError(cause, place).code).toBe(code)
})

test.each([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
])('a count that is lost spoils the producer: %s', type => {
  expect(isSpoilt(kafkaError(givenUp(answer(type)), place))).toBe(true)
})

test('so does a partition that it does not know, and a busy broker does not', () => {
  expect(isSpoilt(kafkaError(new UnsentError(2), place))).toBe(true)
  expect(isSpoilt(kafkaError(answer('NOT_ENOUGH_REPLICAS'), place))).toBe(false)
  expect(isSpoilt(undefined)).toBe(false)
})

test('a refused producer id is known from a refused login', () => {
  expect(refusesIdempotence(answer('CLUSTER_AUTHORIZATION_FAILED'))).toBe(true)
  expect(refusesIdempotence(Object.assign(new Error('no such request'), { apiName: 'InitProducerId' }))).toBe(true)
  expect(refusesIdempotence(Object.assign(new Error('no such request'), { apiName: 'Produce' }))).toBe(false)
  expect(refusesIdempotence(named('KafkaJSSASLAuthenticationError', 'no'))).toBe(false)
})
