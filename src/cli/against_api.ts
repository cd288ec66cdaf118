import type { CheckedConfig } from '../config/load.ts'
import { type ComponentContext, type ComponentState, streamName } from '../core/context.ts'
import { BlockedError } from '../core/errors.ts'
import type { EventHistory, SourceStream } from '../core/source.ts'
import type { JournalReader } from '../journal/journal.ts'
import { organizationOf } from '../paging/position.ts'
import { checkOne } from '../service/checks.ts'
import { stopSignals } from '../service/stop_signals.ts'
import { systemClock } from '../toolkit/clock.ts'
import type { Io } from './io.ts'
import type { SecondsRange } from './ledger.ts'
import { quietContext } from './quiet_context.ts'

interface MsRange {
  readonly fromMs: number
  readonly untilMs: number
}

/** The most ids that one difference names. */
const NAMED_IDS_MAX = 20
/** So that the listing leaves nothing out as seen before. */
const NOTHING_SEEN: EventHistory = { ids: () => [] }

/**
 * Lists the range again through every source, and says which ids only one side has. By default the last 24
 * hours, as far as the journal has listed them: what came before its first window or since is no difference. Throws `BlockedError` when an
 * API does not let us in, or answers for another organization; what may pass is said, and waited for.
 */
export async function againstApi(
  journal: JournalReader,
  config: CheckedConfig,
  range: Partial<SecondsRange>,
  io: Io,
): Promise<readonly string[]> {
  using stop = stopSignals(() => {})
  const differences: string[] = []
  for (const { id, spec, own } of config.sources) {
    await using source = await spec.create(own, contextOf(id, io))
    const fault = await checkOne(source, systemClock, stop.softStop)
    if (fault instanceof BlockedError) throw fault
    stop.softStop.throwIfAborted()
    for (const stream of source.streams) {
      const key = { source: id, stream: stream.name }
      const name = streamName(key)
      const ledger = await journal.ledgerRange(key)
      if (ledger === undefined) continue
      const toS = Math.min(range.toS ?? ledger.toS, ledger.toS)
      const fromS = range.fromS ?? Math.max(ledger.fromS, toS - 86_400)
      const bounds = { fromMs: fromS * 1000, untilMs: toS * 1000 }
      const listed = await listedIds(stream, bounds, stop.softStop)
      refuseOther(`${spec.type}.other_organization`, name, organizationOf((await journal.streamPosition(key)) ?? null), listed.organization)
      // Ids outlive the texts that the retention removes.
      const held = new Set(journal.history(key).ids(bounds.fromMs, bounds.untilMs))
      differences.push(...named(`${name}: the API lists and the journal does not hold`, listed.within.difference(held)))
      differences.push(...named(`${name}: the journal holds and the API does not list`, held.difference(listed.all)))
    }
  }
  return differences
}

/** Of two organizations everything would look as if it were missing. */
function refuseOther(code: string, name: string, saved: string | undefined, answered: string | undefined): void {
  if (saved === undefined || answered === undefined || saved === answered) return
  const message = `${name}: the API answered for the organization ${answered}, and the journal's position belongs to ${saved}: nothing was compared. Look at the key.`
  throw new BlockedError(code, message)
}

/** The ids that the API lists: all of them, and those within the range, and whose they are. A record without a time counts as of now, and is only among all. */
async function listedIds(stream: SourceStream, bounds: MsRange, signal: AbortSignal) {
  const [all, within] = [new Set<string>(), new Set<string>()]
  const { fromMs, untilMs } = bounds
  let organization: string | undefined
  for await (const { events, position = null } of stream.read(undefined, NOTHING_SEEN, signal, { from: () => fromMs, untilMs })) {
    organization ??= organizationOf(position)
    for (const { id, timeMs } of events) {
      all.add(id)
      if (isWithin(timeMs, bounds)) within.add(id)
    }
  }
  signal.throwIfAborted() // Stopped halfway, everything after would look as if it were missing.
  return { all, within, organization }
}

const isWithin = (timeMs: number, { fromMs, untilMs }: MsRange) => timeMs >= fromMs && timeMs < untilMs

function named(what: string, ids: ReadonlySet<string>): readonly string[] {
  if (ids.size === 0) return []
  const some = [...ids].slice(0, NAMED_IDS_MAX)
  return [`${what} ${ids.size} events: ${some.join(', ')}${ids.size > some.length ? ', …' : ''}`]
}

function contextOf(id: string, io: Io): ComponentContext {
  const report = (state: ComponentState) => void ('error' in state && io.say(`${id}: ${state.error.message}`))
  return { ...quietContext(id), report }
}
