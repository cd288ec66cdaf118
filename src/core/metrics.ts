export interface MetricDeclaration {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
  /** Upper bounds of a histogram's buckets, in the unit of the name. */
  readonly buckets?: readonly number[]
}

/** Every metric there is; the reference page and `/metrics` are made from it. */
export const METRICS = {
  tailrace_source_received_events_total: { type: 'counter', help: 'Events journaled, by source stream.', labels: ['source', 'stream'] },
  tailrace_source_repeated_events_total: {
    type: 'counter',
    help: 'Events listed again although already journaled.',
    labels: ['source', 'stream'],
  },
  tailrace_source_late_events_total: {
    type: 'counter',
    help: 'New events older than what had been sealed before.',
    labels: ['source', 'stream'],
  },
  tailrace_source_late_seconds: {
    type: 'histogram',
    help: 'How late the late events were.',
    labels: ['source', 'stream'],
    buckets: [1, 5, 15, 60, 300, 900, 3600, 86400],
  },
  tailrace_source_requests_total: { type: 'counter', help: 'Requests to the API, by result.', labels: ['source', 'stream', 'result'] },
  tailrace_source_unreadable_total: {
    type: 'counter',
    help: 'Elements of an answer that can be no event; kept as dead letters.',
    labels: ['source', 'stream'],
  },
  tailrace_source_frontier_seconds: {
    type: 'gauge',
    help: 'Up to when everything has been listed, in seconds since 1970; what is still to be backfilled apart.',
    labels: ['source', 'stream'],
  },
  tailrace_source_backfill_seconds: {
    type: 'gauge',
    help: 'How many seconds of the past are still to be listed; 0 when none are.',
    labels: ['source', 'stream'],
  },
  tailrace_sink_filtered_events_total: { type: 'counter', help: 'Events the filter of the sink left out.', labels: ['sink'] },
  tailrace_sink_delivered_events_total: { type: 'counter', help: 'Events durable at the destination.', labels: ['sink'] },
  tailrace_sink_dead_lettered_events_total: { type: 'counter', help: 'Events the destination refused for good.', labels: ['sink'] },
  tailrace_sink_waiting_events: { type: 'gauge', help: 'Events journaled and not yet delivered.', labels: ['sink'] },
  tailrace_sink_retries_total: { type: 'counter', help: 'Writes tried again, by the code of the error.', labels: ['sink', 'code'] },
  tailrace_sink_lag_seconds: { type: 'gauge', help: 'Age of the oldest event not yet delivered; 0 when none waits.', labels: ['sink'] },
  tailrace_component_state: {
    type: 'gauge',
    help: '1 for the state a component is in: running, retrying, blocked, paused or ended.',
    labels: ['component', 'state'],
  },
  tailrace_journal_bytes: { type: 'gauge', help: 'Size of the journal on disk.', labels: [] },
  tailrace_journal_backlog_bytes: { type: 'gauge', help: 'Event bytes the slowest sink has still to deliver.', labels: [] },
  tailrace_mapper_unknown_types_total: { type: 'counter', help: 'Events of a type the mapping has no row for.', labels: ['type'] },
  tailrace_mapper_unknown_fields_total: { type: 'counter', help: 'Top-level fields the mapping does not know.', labels: ['field'] },
  tailrace_sink_invalid_output_total: { type: 'counter', help: 'Mapped events that their schema refuses.', labels: ['sink', 'kind'] },
  tailrace_sink_filter_errors_total: { type: 'counter', help: 'Filter evaluations that failed; the event passed.', labels: ['sink'] },
} as const satisfies Readonly<Record<string, MetricDeclaration>>

export type MetricName = keyof typeof METRICS
