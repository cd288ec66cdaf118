import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import kafkajs, { type Admin, type ISocketFactoryArgs, type LogEntry, type Message, type Producer, type SASLOptions } from 'kafkajs'
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/context.ts'
import type { TlsOptions } from '../../toolkit/tls.ts'
import { COMPRESSION } from './codecs.ts'
import type { KafkaConfig } from './config.ts'
import { UnsentError } from './errors.ts'
import type { Group } from './groups.ts'
import { Partitions } from './partitions.ts'
import { quietNegativeTimers } from './quiet.ts'

const { Kafka, logLevel, Partitioners } = kafkajs

const CONNECT_MS_MAX = 10_000
const KEEP_ALIVE_MS = 60_000
/** Enough for what is over within a second or two, such as a leader that moves; the engine tries again after the rest. */
const SEND_RETRY = { retries: 4, initialRetryTime: 100, maxRetryTime: 500 }

export interface ConnectionSettings {
  readonly config: KafkaConfig
  readonly idempotent: boolean
  readonly tls: TlsOptions | undefined
  readonly password: string
  readonly logger: Logger
  readonly clock: Clock
}

/** One producer's life: its sockets, and its count of the messages of each partition. */
export class KafkaConnection {
  readonly idempotent: boolean
  readonly #producer: Producer
  readonly #admin: Admin
  readonly #config: KafkaConfig
  readonly #sockets = new Set<Socket>()
  readonly #partitionOf = Partitioners.DefaultPartitioner()
  readonly #partitions: Partitions
  /** By partition, the ids of a sending under way or failed: the broker may have stored them. */
  readonly #unsettled = new Map<string, readonly string[]>()
  #opened: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor({ config, idempotent, tls, password, logger, clock }: ConnectionSettings) {
    quietNegativeTimers()
    this.idempotent = idempotent
    this.#config = config
    const kafka = new Kafka({
      clientId: config.client_id,
      brokers: [...config.brokers],
      connectionTimeout: Math.min(CONNECT_MS_MAX, config.timeout),
      requestTimeout: config.timeout,
      // Every broker that is named is tried.
      retry: { retries: config.brokers.length, initialRetryTime: 100, maxRetryTime: 500 },
      logLevel: logLevel.WARN,
      logCreator: () => entry => log(entry, logger, password),
      socketFactory: args => this.#socket(args),
      ...(tls !== undefined && { ssl: { ...tls } }),
      ...(config.sasl !== undefined && { sasl: { ...config.sasl, password } as SASLOptions }),
    })
    this.#admin = kafka.admin()
    this.#partitions = new Partitions(topic => this.#askPartitions(topic), clock)
    this.#producer = kafka.producer({
      idempotent,
      allowAutoTopicCreation: false,
      maxInFlightRequests: idempotent ? 1 : 5,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: SEND_RETRY,
    })
  }

  /** Resolves when messages may be sent: kafkajs would send after a failed connect too, but without its guard against repeats. */
  open(): Promise<void> {
    this.#opened ??= this.#admin.connect().then(() => this.#producer.connect())
    return this.#opened
  }

  /** The number of partitions of a topic, asked every few minutes, and at once after a failure of that topic. */
  async partitions(topic: string): Promise<number> {
    return await this.#partitions.of(topic)
  }

  /**
   * The partition of a message by its key, as Kafka's own clients choose it, or by the event's id without one. Always
   * the same for the same event: a retry that put other messages under the numbers of the first attempt would
   * be taken for its repeat, and dropped.
   */
  partitionFor(topic: string, partitions: number, message: Message, id: string): number {
    const partitionMetadata = Array.from({ length: partitions }, () => ({})) as never[]
    return this.#partitionOf({ topic, partitionMetadata, message: { ...message, key: message.key ?? id } })
  }

  /**
   * Whether the producer's count is good for these messages. A partition with a failed sending takes the same
   * messages once more, which the broker recognizes, and nothing else: others under the same numbers would be
   * taken for the repeat, and dropped.
   */
  mayTake(groups: readonly Group[]): boolean {
    if (!this.idempotent || this.#unsettled.size === 0) return true
    return groups.every(group => {
      const unsettled = this.#unsettled.get(partitionKey(group))
      return unsettled === undefined || unsettled.join('\0') === idsOf(group).join('\0')
    })
  }

  /** Resolves when every replica in step has the messages. A request has one partition, so that its failure is its own. */
  async send(group: Group, timestamp?: string): Promise<void> {
    const { topic, partition, messages } = group
    const key = partitionKey(group)
    this.#unsettled.set(key, idsOf(group))
    try {
      const answers = await this.#producer.send({
        topic,
        acks: -1,
        timeout: this.#config.timeout,
        compression: COMPRESSION[this.#config.compression],
        messages: messages.map(message => ({ ...message, partition, ...(timestamp !== undefined && { timestamp }) })),
      })
      // kafkajs sends nothing to a partition that it has not heard of, and calls that a success.
      if (!answers.some(answer => answer.partition === partition)) throw new UnsentError(partition)
    } catch (error) {
      this.#partitions.forget(topic)
      throw error
    }
    this.#unsettled.delete(key)
  }

  /** Called when the broker has said that it stored nothing of the group. */
  settle(group: Group): void {
    this.#unsettled.delete(partitionKey(group))
  }

  /** Cuts whatever is under way; nothing of it is left when this resolves (invariant 7). */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await Promise.allSettled([this.#opened, this.#producer.disconnect(), this.#admin.disconnect()])
  }

  async #askPartitions(topic: string): Promise<number> {
    const { topics } = await this.#admin.fetchTopicMetadata({ topics: [topic] })
    return topics[0]!.partitions.length
  }

  #socket({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
    if (this.#closing !== undefined) throw new Error('the connection was closed from here')
    const name = isIP(host) === 0 ? { servername: host } : {}
    // `ssl` is undefined without TLS, whatever the types of kafkajs say.
    const socket = (ssl as unknown) ? connectSecurely({ host, port, ...name, ...ssl }, onConnect) : connectPlain({ host, port }, onConnect)
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    return socket.setKeepAlive(true, KEEP_ALIVE_MS)
  }
}

const idsOf = ({ events }: Group) => events.map(({ event: { id } }) => id)
const partitionKey = ({ topic, partition }: Group) => `${topic}/${partition}`

/** What kafkajs says on the way to an error or a success, which are told by those who hear of them. */
function log({ namespace, log: { message, broker, retryCount } }: LogEntry, logger: Logger, password: string): void {
  const text = password === '' ? message : message.replaceAll(password, '***') // (invariant 6)
  logger.debug(text, {
    namespace,
    ...(broker !== undefined && { broker: String(broker) }),
    ...(retryCount !== undefined && { retryCount: Number(retryCount) }),
  })
}
