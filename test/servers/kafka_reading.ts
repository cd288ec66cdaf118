import { setTimeout as pause } from 'node:timers/promises'
import kafkajs, { type Admin } from 'kafkajs'
import { quietNegativeTimers } from '../../src/sinks/kafka/quiet.ts'
import type { KafkaCluster } from './kafka.ts'

const LOOK_EVERY_MS = 50

export interface ReceivedMessage {
  readonly timestampMs: number
  readonly partition: number
  readonly headers: Readonly<Record<string, string>>
  readonly key: string | null
  readonly value: string
}

const PRINTED = ['timestamp', 'partition', 'headers', 'key'].flatMap(part => ['--formatter-property', `print.${part}=true`])

/** Every message of a topic, as Kafka's own console consumer prints them. */
export function messagesOf(cluster: KafkaCluster, topic: string): ReceivedMessage[] {
  const which = ['--topic', topic, '--from-beginning', '--isolation-level', 'read_committed', '--timeout-ms', '2500']
  const printed = cluster.tool('org.apache.kafka.tools.consumer.ConsoleConsumer', ...which, ...PRINTED)
  return printed
    .split('\n')
    .filter(line => line.startsWith('CreateTime:')) // It also prints that it has waited in vain for more.
    .map(line => {
      const [time, partition, headers, key, ...value] = line.split('\t') as [string, string, string, string, ...string[]]
      return {
        timestampMs: Number(time.replace('CreateTime:', '')),
        partition: Number(partition.replace('Partition:', '')),
        headers: Object.fromEntries(headers.split(',').map(header => header.split(/:(.*)/s).slice(0, 2) as [string, string])),
        key: key === 'null' ? null : key,
        value: value.join('\t'),
      }
    })
}

/** The ids of a topic, each once, and how often one of them was there again. */
export function idsIn(cluster: KafkaCluster, topic: string): { readonly ids: string[]; readonly repeats: number } {
  const all = messagesOf(cluster, topic).map(({ headers }) => headers.event_id!)
  const ids = [...new Set(all)].sort()
  return { ids, repeats: all.length - ids.length }
}

/** Sets up topics and rights. */
export async function administer(cluster: KafkaCluster, work: (admin: Admin) => Promise<unknown>): Promise<void> {
  quietNegativeTimers()
  const admin = new kafkajs.Kafka({ brokers: [...cluster.plain], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.disconnect()
  }
}

export interface TopicOptions {
  readonly partitions?: number
  readonly settings?: Readonly<Record<string, string>>
}

export async function createTopic(
  cluster: KafkaCluster,
  topic: string,
  { partitions = 3, settings = {} }: TopicOptions = {},
): Promise<void> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
  await administer(cluster, async admin => {
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: partitions, configEntries }] })
    while (!(await hasLeaders(admin, topic, partitions))) await pause(LOOK_EVERY_MS)
  })
}

/** A broker that has not heard of the topic yet says that there is none. */
async function hasLeaders(admin: Admin, topic: string, partitions: number): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const known = topics.find(({ name }) => name === topic)?.partitions ?? []
    return known.length === partitions && known.every(({ leader }) => leader >= 0)
  } catch (error) {
    if (error instanceof kafkajs.KafkaJSError) return false
    throw error
  }
}

/** The topics that are there. */
export async function topicsOf(cluster: KafkaCluster): Promise<readonly string[]> {
  let topics: readonly string[] = []
  await administer(cluster, async admin => {
    topics = await admin.listTopics()
  })
  return topics
}

/** How many messages a topic has, by its offsets. */
export async function endOf(cluster: KafkaCluster, topic: string): Promise<number> {
  let end = 0
  await administer(cluster, async admin => {
    end = (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0)
  })
  return end
}
