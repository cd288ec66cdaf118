import type { ComponentContext } from '../core/context.ts'
import { SILENT_METER } from '../service/meter.ts'
import { systemClock } from '../toolkit/clock.ts'

/** For a component whose command prints what it finds as its result: nothing is logged, measured or reported. */
export function quietContext(id: string): ComponentContext {
  const quiet = () => {}
  return { id, clock: systemClock, meter: SILENT_METER, logger: { debug: quiet, info: quiet, warn: quiet, error: quiet }, report: quiet }
}
