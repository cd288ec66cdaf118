import type { Clock } from '../core/clock.ts'
import type { Meter } from '../core/context.ts'
import type { Backlog, JournalReader } from '../journal/journal.ts'

/** What every sink has still to deliver, by its id, as the gauges show it too. */
export async function readBacklogs(
  sinks: readonly string[],
  journal: JournalReader,
  { clock, meter }: { readonly clock: Clock; readonly meter: Meter },
): Promise<ReadonlyMap<string, Backlog>> {
  const backlogs = new Map<string, Backlog>()
  for (const sink of sinks) {
    const backlog = await journal.backlog(sink)
    const { events, oldestReceivedMs } = backlog
    meter.set('tailrace_sink_waiting_events', { sink }, events)
    meter.set('tailrace_sink_lag_seconds', { sink }, oldestReceivedMs === undefined ? 0 : (clock.now() - oldestReceivedMs) / 1000)
    backlogs.set(sink, backlog)
  }
  return backlogs
}
