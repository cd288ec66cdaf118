/** What the metrics say became of the events, for one sink. */
export interface SinkBooks {
  readonly filtered: number
  readonly delivered: number
  readonly deadLettered: number
  readonly waiting: number
}

/** One reading of /metrics. */
export interface Books {
  /** Events journaled since the start, of all streams. */
  readonly received: number
  readonly sinks: Readonly<Record<string, SinkBooks>>
}

/** Undefined while nobody answers there: the program is starting, or has ended. */
export async function readBooks(admin: string): Promise<Books | undefined> {
  const answer = await fetch(`${admin}/metrics`).catch(() => undefined)
  return answer === undefined ? undefined : parseBooks(await answer.text())
}

function parseBooks(page: string): Books {
  const samples = page
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      return { name, sink: /sink="([^"]*)"/.exec(labels)?.[1], value: Number(value) }
    })
  const of = (name: string, sink?: string) =>
    samples.filter(sample => sample.name === name && sample.sink === sink).reduce((sum, { value }) => sum + value, 0)
  const ids = new Set(samples.filter(({ name }) => name === 'tailrace_sink_waiting_events').map(({ sink = '' }) => sink))
  const sinks = [...ids].map(id => [
    id,
    {
      filtered: of('tailrace_sink_filtered_events_total', id),
      delivered: of('tailrace_sink_delivered_events_total', id),
      deadLettered: of('tailrace_sink_dead_lettered_events_total', id),
      waiting: of('tailrace_sink_waiting_events', id),
    },
  ])
  return { received: of('tailrace_source_received_events_total'), sinks: Object.fromEntries(sinks) as Books['sinks'] }
}

/** Sinks of whose events some are unaccounted for, or counted twice: received = filtered + delivered + dead-lettered + waiting. */
export function unbalanced({ received, sinks }: Books): readonly string[] {
  return Object.entries(sinks)
    .filter(([, { filtered, delivered, deadLettered, waiting }]) => filtered + delivered + deadLettered + waiting !== received)
    .map(([id, counts]) => `${id}: ${received} received, ${JSON.stringify(counts)}`)
}
