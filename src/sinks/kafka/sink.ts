import PQueue from 'p-queue'
import type { SinkContext } from '../../core/context.ts'
import { BatchRefusedError, BlockedError, RetryableError } from '../../core/errors.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import type { Sink, WriteResult } from '../../core/sink.ts'
import { bounded } from '../../toolkit/bounded.ts'
import { anyChanged } from '../../toolkit/secret.ts'
import { TlsMaterial } from '../../toolkit/tls.ts'
import type { KafkaConfig } from './config.ts'
import { type ConnectionSettings, KafkaConnection } from './connection.ts'
import { isSpoilt, kafkaError, protocolType, refusesIdempotence } from './errors.ts'
import { type Group, groupByPartition, type Outcome, resultOf } from './groups.ts'
import { messageOf } from './message.ts'
import { topicTemplate } from './topic.ts'

type Connection = Pick<KafkaConnection, keyof KafkaConnection>

/** One write: a request to each partition concerned, over a connection that is kept for as long as it can be trusted. */
export class KafkaSink implements Sink {
  readonly #config: KafkaConfig
  readonly #context: SinkContext
  readonly #connectWith: (settings: ConnectionSettings) => Connection
  readonly #tls: TlsMaterial | undefined
  readonly #topic: ReturnType<typeof topicTemplate>
  /** One write at a time where the producer is idempotent: it counts its messages. */
  readonly #turns: PQueue
  #idempotent: boolean
  #connection: Connection | undefined
  #warnedOfTimes = false

  /** `connectWith` replaces the cluster, for rehearsals. */
  constructor(
    config: KafkaConfig,
    context: SinkContext,
    connectWith = (settings: ConnectionSettings): Connection => new KafkaConnection(settings),
  ) {
    this.#config = config
    this.#context = context
    this.#connectWith = connectWith
    this.#tls = config.tls === undefined ? undefined : new TlsMaterial(config.tls)
    this.#topic = topicTemplate(config.topic)
    this.#idempotent = config.idempotent !== false
    this.#turns = new PQueue({ concurrency: this.#idempotent ? 1 : Number.POSITIVE_INFINITY })
  }

  write(events: readonly MappedEvent[], signal: AbortSignal): Promise<WriteResult> {
    return this.#turns.add(() => this.#bounded(ended => this.#deliver(events, ended), signal), { signal })
  }

  check(signal: AbortSignal): Promise<void> {
    return this.#turns.add(() => this.#bounded(ended => this.#look(ended), signal), { signal })
  }

  async changed(signal: AbortSignal): Promise<void> {
    const { sasl } = this.#config
    const secrets = [...(sasl === undefined ? [] : [sasl.password]), ...(this.#tls?.secrets ?? [])]
    await anyChanged(secrets, this.#context.clock, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drop(this.#connection)
  }

  #bounded<T>(work: (ended: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { brokers, timeout } = this.#config
    return bounded(work, {
      clock: this.#context.clock,
      signal,
      limitMs: timeout,
      late: () => new RetryableError('kafka.timeout', `Kafka at ${brokers.join(', ')}: no answer within ${timeout / 1000} s`),
      cut: () => this.#drop(this.#connection),
    })
  }

  /** Asks for no more than a producer is told anyway. */
  async #look(ended: AbortSignal): Promise<void> {
    const connection = await this.#open(ended)
    const { only: topic } = this.#topic
    if (topic === undefined) return
    try {
      await connection.partitions(topic)
    } catch (cause) {
      throw this.#error(cause, topic)
    }
  }

  async #deliver(events: readonly MappedEvent[], ended: AbortSignal): Promise<WriteResult> {
    let connection = await this.#open(ended)
    const [groups, failed] = await this.#groups(events, connection)
    if (!connection.mayTake(groups)) {
      await this.#drop(connection)
      connection = await this.#open(ended)
    }
    const outcomes = [...failed, ...(await Promise.all(groups.map(group => this.#send(group, connection))))]
    // The next connection reads a refused credential again, and starts a lost count again.
    if (outcomes.some(({ error }) => error instanceof BlockedError || isSpoilt(error))) await this.#drop(connection)
    return resultOf(outcomes)
  }

  /** The events by partition; those of a topic that can't be asked about have failed already. */
  async #groups(events: readonly MappedEvent[], connection: Connection): Promise<[Group[], Outcome[]]> {
    const options = { ...this.#config, format: this.#context.format }
    const [groups, failed]: [Group[], Outcome[]] = [[], []]
    for (const [topic, own] of Map.groupBy(events, ({ event }) => this.#topic.topicOf(event))) {
      try {
        const partitions = await connection.partitions(topic)
        groups.push(
          ...groupByPartition(
            topic,
            own,
            event => messageOf(event, options),
            (message, { event }) => connection.partitionFor(topic, partitions, message, event.id),
          ),
        )
      } catch (cause) {
        failed.push({ events: own, error: this.#error(cause, topic) })
      }
    }
    return [groups, failed]
  }

  async #send(group: Group, connection: Connection): Promise<Outcome> {
    const { events, topic } = group
    try {
      await connection.send(group).catch((error: unknown) => {
        if (protocolType(error) !== 'INVALID_TIMESTAMP') throw error
        return this.#sendWithOwnTime(group, connection)
      })
      return { events }
    } catch (cause) {
      const error = this.#error(cause, topic)
      if (error instanceof BatchRefusedError) connection.settle(group)
      return { events, error }
    }
  }

  /** A topic may refuse times of long ago. The document holds the event's time, so the message carries that of its sending. */
  async #sendWithOwnTime(group: Group, connection: Connection): Promise<void> {
    if (!this.#warnedOfTimes) {
      this.#warnedOfTimes = true
      this.#context.logger.warn('the topic takes no messages with the times of these events; they carry the time of sending', {
        topic: group.topic,
      })
    }
    await connection.send(group, String(this.#context.clock.now()))
  }

  async #open(ended: AbortSignal): Promise<Connection> {
    ended.throwIfAborted()
    this.#connection ??= this.#connect()
    const connection = this.#connection
    try {
      await connection.open()
      return connection
    } catch (cause) {
      await this.#drop(connection)
      if (!(connection.idempotent && this.#config.idempotent === 'auto' && refusesIdempotence(cause))) throw this.#error(cause)
    }
    this.#context.logger.warn('the cluster gives us no producer id: what a retry sends twice will be there twice (idempotent: auto)')
    this.#idempotent = false
    this.#turns.concurrency = Number.POSITIVE_INFINITY
    return await this.#open(ended)
  }

  #connect(): Connection {
    const config = this.#config
    return this.#connectWith({
      config,
      idempotent: this.#idempotent,
      tls: this.#tls?.options(),
      password: config.sasl?.password.reveal() ?? '',
      logger: this.#context.logger,
      clock: this.#context.clock,
    })
  }

  async #drop(connection: Connection | undefined): Promise<void> {
    if (this.#connection === connection) this.#connection = undefined
    await connection?.close()
  }

  #error(cause: unknown, topic?: string) {
    const { brokers, key } = this.#config
    return kafkaError(cause, { brokers, keyless: key === 'none', ...(topic !== undefined && { topic }) })
  }
}
