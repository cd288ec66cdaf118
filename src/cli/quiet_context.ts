import type { ComponentContext } from '../core/context.ts'
import { SILENT_METER } from '../service/meter.ts'
import { systemClock } from '../toolkit/clock.ts'

/** For a component of a command that says what it finds once, as its result. */
export function quietContext(id: string): ComponentContext {
  const quiet = () => {}
  return { id, clock: systemClock, meter: SILENT_METER, logger: { debug: quiet, info: quiet, warn: quiet, error: quiet }, report: quiet }
}
