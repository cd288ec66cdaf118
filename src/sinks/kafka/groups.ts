import type { Message } from 'kafkajs'
import { BatchRefusedError, BlockedError, RetryableError, type TailraceError } from '../../core/errors.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { DELIVERED, type WriteResult } from '../../core/sink.ts'

/** The events of one write that go to one partition; `messages` are theirs, in the same order. */
export interface Group {
  readonly topic: string
  readonly partition: number
  readonly events: MappedEvent[]
  readonly messages: Message[]
}

/** What became of the events of a group, or of all those of a topic. */
export interface Outcome {
  readonly events: readonly MappedEvent[]
  /** Undefined: every replica in step has them. */
  readonly error?: TailraceError | undefined
}

/** Makes the messages of a topic's events, and groups them by partition; within a partition the order stays. */
export function groupByPartition(
  topic: string,
  events: readonly MappedEvent[],
  messageOf: (event: MappedEvent) => Message,
  partitionOf: (message: Message, event: MappedEvent) => number,
): Group[] {
  const groups = new Map<number, Group>()
  for (const event of events) {
    const message = messageOf(event)
    const partition = partitionOf(message, event)
    const group = groups.get(partition) ?? { topic, partition, events: [], messages: [] }
    groups.set(partition, group)
    group.events.push(event)
    group.messages.push(message)
  }
  return [...groups.values()]
}

/**
 * The answer of the write. Where some partitions took theirs, only the rest is written again (or, if refused
 * and alone, rejected); where none did, throws what to do: first what may pass by itself, so that one
 * topic that waits for an operator holds up no other.
 */
export function resultOf(outcomes: readonly Outcome[]): WriteResult {
  const failed = outcomes.filter(({ error }) => error !== undefined)
  if (failed.length === 0) return DELIVERED
  if (failed.length === outcomes.length) {
    const errors = failed.map(({ error }) => error!)
    throw errors.find(error => error instanceof RetryableError) ?? errors.find(error => error instanceof BlockedError) ?? errors[0]!
  }
  const isRejection = ({ events, error }: Outcome) => error instanceof BatchRefusedError && events.length === 1
  return {
    rejected: failed.filter(isRejection).map(({ events, error }) => ({ event: events[0]!, reason: error!.message })),
    deferred: failed.filter(outcome => !isRejection(outcome)).flatMap(({ events }) => events),
  }
}
