import type { ReadBounds } from '../../core/source.ts'
import { usageError } from '../exit.ts'
import { type ConfigOption, configOf, configOption, configWords, parseTimeMs } from '../options.ts'
import type { Register } from '../program.ts'
import { serve } from '../serve.ts'

interface RunOptions extends ConfigOption {
  readonly once?: boolean
  readonly from?: string
  readonly to?: string
}

export const register: Register = (program, { io, version, action }) => {
  program
    .command('run')
    .description('Runs the configuration until it is stopped.')
    .addOption(configOption())
    .option('--once', 'end when all events up to now are delivered; 69 when something stays unavailable')
    .option('--from <time>', 'where a source without a position starts, instead of its own start')
    .option('--to <time>', 'end when all events before this time are delivered')
    .action(
      action(async (options: RunOptions) => {
        const bounds = boundsOf(options, Date.now())
        return serve({ config: configOf(options, io), bounds, io, version, commandOptions: configWords(options) })
      }),
    )
}

function boundsOf({ once, from, to }: RunOptions, nowMs: number): ReadBounds {
  const fromMs = from === undefined ? undefined : parseTimeMs(from, nowMs)
  const untilMs = to === undefined ? (once ? nowMs : undefined) : parseTimeMs(to, nowMs)
  if (fromMs !== undefined && untilMs !== undefined && fromMs >= untilMs) {
    throw usageError(to === undefined ? '--from has to be before now with --once' : '--from has to be before --to')
  }
  if (untilMs !== undefined && untilMs > nowMs)
    throw usageError('--to has to be before now; without it the run goes on until it is stopped')
  if (fromMs !== undefined && fromMs > nowMs) throw usageError('--from has to be before now')
  return {
    // A duration ago is counted by the API's time, as that of `start` is: the clock here may be ahead.
    ...(from !== undefined && { from: apiNowMs => parseTimeMs(from, apiNowMs) }),
    ...(untilMs !== undefined && { untilMs }),
  }
}
