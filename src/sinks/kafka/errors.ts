import { BatchRefusedError, BlockedError, RetryableError, TailraceError, toError } from '../../core/errors.ts'
import { tlsRefusal, tlsRemedy } from '../../toolkit/tls.ts'

const REASON_CHARS_MAX = 500

/** Answers that no retry mends and no event is to blame for: protocol error types of Kafka (org.apache.kafka.common.protocol.Errors). */
const BLOCKING: Readonly<Record<string, readonly [code: string, remedy: string]>> = {
  UNKNOWN_TOPIC_OR_PARTITION: ['unknown_topic', 'create the topic, or correct `topic`; none is created from here'],
  INVALID_TOPIC_EXCEPTION: ['invalid_topic', 'correct `topic`'],
  TOPIC_AUTHORIZATION_FAILED: ['unauthorized', 'allow this user WRITE and DESCRIBE on the topic'],
  CLUSTER_AUTHORIZATION_FAILED: ['unauthorized', 'allow this user IDEMPOTENT_WRITE on the cluster, or set `idempotent: false`'],
  SASL_AUTHENTICATION_FAILED: ['unauthorized', 'correct `sasl.username` and `sasl.password`'],
  ILLEGAL_SASL_STATE: ['unauthorized', 'this listener wants another login: see `sasl` and the port'],
  UNSUPPORTED_SASL_MECHANISM: ['unauthorized', 'correct `sasl.mechanism`'],
  UNSUPPORTED_VERSION: ['unsupported', 'the broker is too old for this client'],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: ['unsupported', 'set `idempotent: false`, or raise the message format of the topic'],
  UNSUPPORTED_COMPRESSION_TYPE: ['unsupported', 'set `compression: gzip`'],
  POLICY_VIOLATION: ['policy', 'see the policies of the cluster'],
}

/** Answers that blame the messages. */
const REFUSING: Readonly<Record<string, string>> = {
  MESSAGE_TOO_LARGE: 'too_large',
  RECORD_LIST_TOO_LARGE: 'too_large',
  INVALID_RECORD: 'refused',
  INVALID_TIMESTAMP: 'refused',
}

/** After these the producer's count of its messages and the broker's differ: only a new producer helps. */
const SPOILING = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
])

/** The type of the first answer of a broker among an error and its causes, such as `MESSAGE_TOO_LARGE`. */
export function protocolType(error: unknown): string | undefined {
  return firstOf(error, ({ type }) => (typeof type === 'string' ? type : undefined))
}

export function isSpoilt(error: unknown): boolean {
  const type = protocolType(error)
  return type !== undefined && SPOILING.has(type)
}

/** Whether the cluster lets us send, but gives no id to a producer that counts its messages. */
export function refusesIdempotence(error: unknown): boolean {
  const refused = ['CLUSTER_AUTHORIZATION_FAILED', 'UNSUPPORTED_VERSION', 'UNSUPPORTED_FOR_MESSAGE_FORMAT'].includes(
    protocolType(error) ?? '',
  )
  return refused || firstOf(error, ({ apiName }) => (apiName === 'InitProducerId' ? true : undefined)) === true
}

export interface Place {
  readonly brokers: readonly string[]
  readonly topic?: string
  /** Whether the messages had no key. */
  readonly keyless?: boolean
}

/**
 * What kafkajs threw, as the class that decides what is done about it. Its own `retriable` is no guide: it
 * calls an untrusted certificate retriable and a lost connection, once wrapped, not.
 */
export function kafkaError(cause: unknown, place: Place): TailraceError {
  if (cause instanceof TailraceError) return cause
  const where = `Kafka at ${place.brokers.slice(0, 3).join(', ')}${place.topic === undefined ? '' : `, topic ${place.topic}`}`
  const say = (remedy?: string) =>
    `${where}: ${toError(cause).message.slice(0, REASON_CHARS_MAX)}${remedy === undefined ? '' : `; ${remedy}`}`

  const tls = tlsRefusal(cause)
  if (tls !== undefined) return new BlockedError('kafka.tls', `${say()} (${tls}); ${tlsRemedy(tls)}`, { cause })

  const type = protocolType(cause)
  if (type === 'INVALID_RECORD' && place.keyless === true) {
    return new BlockedError('kafka.keyless', say('a compacted topic takes no message without a key: set `key`'), { cause })
  }
  const refusal = type === undefined ? undefined : REFUSING[type]
  if (refusal !== undefined) return new BatchRefusedError(`kafka.${refusal}`, say(), { cause })
  const blocking = type === undefined ? undefined : BLOCKING[type]
  if (blocking !== undefined) return new BlockedError(`kafka.${blocking[0]}`, say(blocking[1]), { cause })

  const name = firstOf(cause, error => (KNOWN_NAMES.has(error.name) ? error.name : undefined))
  // A login that was cut off has not been refused.
  if (name === 'KafkaJSSASLAuthenticationError' && !/closed connection|connection error|timeout|timed out/i.test(toError(cause).message)) {
    return new BlockedError('kafka.unauthorized', say('see `sasl`'), { cause })
  }
  if (name === 'KafkaJSServerDoesNotSupportApiKey') {
    return new BlockedError('kafka.unsupported', say('this is no port of a broker, but perhaps of a controller: see `brokers`'), { cause })
  }
  if (name === 'KafkaJSConnectionClosedError' || hasCode(cause, 'ECONNRESET')) {
    return new RetryableError('kafka.unreachable', say('if this lasts, the port wants `tls` or `sasl`, or does not'), { cause })
  }
  return new RetryableError(type === undefined ? 'kafka.unreachable' : 'kafka.busy', say(), { cause })
}

const KNOWN_NAMES = new Set(['KafkaJSSASLAuthenticationError', 'KafkaJSServerDoesNotSupportApiKey', 'KafkaJSConnectionClosedError'])

const hasCode = (error: unknown, code: string) => firstOf(error, each => (each.code === code ? code : undefined)) !== undefined

interface KafkaJsFields extends Error {
  readonly type?: unknown
  readonly code?: unknown
  readonly apiName?: unknown
}

/** The first answer that `pick` gives for an error or one of its causes. */
function firstOf<T>(error: unknown, pick: (error: KafkaJsFields) => T | undefined): T | undefined {
  for (let each = error, depth = 0; each instanceof Error && depth < 10; each = each.cause, depth++) {
    const found = pick(each)
    if (found !== undefined) return found
  }
  return undefined
}
