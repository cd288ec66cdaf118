import { BatchRefusedError, BlockedError, RetryableError, TailraceError, toError } from '../../core/errors.ts'
import { tlsRefusal, tlsRemedy } from '../../toolkit/tls.ts'

const REASON_CHARS_MAX = 500

type Say = (remedy?: string) => string
type Decide = (say: Say, options: ErrorOptions) => TailraceError

const unauthorized =
  (remedy: string): Decide =>
  (say, options) =>
    new BlockedError('kafka.unauthorized', say(remedy), options)
const unsupported =
  (remedy: string): Decide =>
  (say, options) =>
    new BlockedError('kafka.unsupported', say(remedy), options)
const tooLarge: Decide = (say, options) => new BatchRefusedError('kafka.too_large', say(), options)
const refused: Decide = (say, options) => new BatchRefusedError('kafka.refused', say(), options)

/**
 * Answers that no retry mends, by the error types of Kafka (org.apache.kafka.common.protocol.Errors): some
 * blame the messages, the others wait for an operator. Every other answer may pass by itself.
 */
const FINAL: Readonly<Record<string, Decide>> = {
  MESSAGE_TOO_LARGE: tooLarge,
  RECORD_LIST_TOO_LARGE: tooLarge,
  INVALID_RECORD: refused,
  INVALID_TIMESTAMP: refused,
  UNKNOWN_TOPIC_OR_PARTITION: (say, options) =>
    new BlockedError('kafka.unknown_topic', say('create the topic, or correct `topic`; none is created from here'), options),
  INVALID_TOPIC_EXCEPTION: (say, options) => new BlockedError('kafka.invalid_topic', say('correct `topic`'), options),
  POLICY_VIOLATION: (say, options) => new BlockedError('kafka.policy', say('see the policies of the cluster'), options),
  TOPIC_AUTHORIZATION_FAILED: unauthorized('allow this user WRITE and DESCRIBE on the topic'),
  CLUSTER_AUTHORIZATION_FAILED: unauthorized('allow this user IDEMPOTENT_WRITE on the cluster, or set `idempotent: false`'),
  SASL_AUTHENTICATION_FAILED: unauthorized('correct `sasl.username` and `sasl.password`'),
  ILLEGAL_SASL_STATE: unauthorized('this listener wants another login: see `sasl` and the port'),
  UNSUPPORTED_SASL_MECHANISM: unauthorized('correct `sasl.mechanism`'),
  UNSUPPORTED_VERSION: unsupported('the broker is too old for this client'),
  UNSUPPORTED_FOR_MESSAGE_FORMAT: unsupported('set `idempotent: false`, or raise the message format of the topic'),
  UNSUPPORTED_COMPRESSION_TYPE: unsupported('set `compression: gzip`'),
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

/** Nothing was sent, for the producer knows no such partition: only a new one has the cluster's word on its partitions of now. */
export class UnsentError extends Error {
  constructor(partition: number) {
    super(
      `partition ${partition} is not there, so nothing was sent to it; the topic has other partitions than before, which are asked for anew`,
    )
  }
}

/** The type of the first answer of a broker among an error and its causes, such as `MESSAGE_TOO_LARGE`. */
export function protocolType(error: unknown): string | undefined {
  return firstOf(error, ({ type }) => (typeof type === 'string' ? type : undefined))
}

export function isSpoilt(error: unknown): boolean {
  if (firstOf(error, each => (each instanceof UnsentError ? true : undefined)) === true) return true
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
  const say: Say = remedy => `${where}: ${toError(cause).message.slice(0, REASON_CHARS_MAX)}${remedy === undefined ? '' : `; ${remedy}`}`

  const tls = tlsRefusal(cause)
  if (tls !== undefined) return new BlockedError('kafka.tls', `${say()} (${tls}); ${tlsRemedy(tls)}`, { cause })

  const type = protocolType(cause)
  if (type === 'INVALID_RECORD' && place.keyless === true) {
    return new BlockedError('kafka.keyless', say('a compacted topic takes no message without a key: set `key`'), { cause })
  }
  const decide = type === undefined ? undefined : FINAL[type]
  if (decide !== undefined) return decide(say, { cause })

  const name = firstOf(cause, error => (KNOWN_NAMES.has(error.name) ? error.name : undefined))
  // A login that was cut off has not been refused.
  if (name === 'KafkaJSSASLAuthenticationError' && !/closed connection|connection error|timeout|timed out/i.test(toError(cause).message)) {
    return new BlockedError('kafka.unauthorized', say('correct `sasl.username`, `sasl.password` and `sasl.mechanism`'), { cause })
  }
  if (name === 'KafkaJSServerDoesNotSupportApiKey') {
    return new BlockedError('kafka.unsupported', say('this is no port of a broker, but perhaps of a controller: see `brokers`'), { cause })
  }
  if (name === 'KafkaJSConnectionClosedError' || hasCode(cause, 'ECONNRESET')) {
    return new RetryableError('kafka.unreachable', say('if this lasts, the port wants `tls` or `sasl`, or does not'), { cause })
  }
  if (type !== undefined || cause instanceof UnsentError) return new RetryableError('kafka.busy', say(), { cause })
  return new RetryableError('kafka.unreachable', say('look at `brokers`, the network and the cluster if this goes on'), { cause })
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
