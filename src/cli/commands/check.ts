import { systemClock } from '../../toolkit/clock.ts'
import type { ComponentContext } from '../../core/context.ts'
import { BlockedError, toError } from '../../core/errors.ts'
import { checkOne } from '../../service/checks.ts'
import { SILENT_METER } from '../../service/meter.ts'
import { stopSignals } from '../../service/stop_signals.ts'
import { EXIT } from '../exit.ts'
import { type ConfigOption, configOf, configOption, jsonOption } from '../options.ts'
import type { Register } from '../program.ts'
import { table } from '../table.ts'

interface CheckRow {
  readonly component: string
  readonly type: string
  readonly reachable: boolean
  /** Undefined: nobody answered, so nobody was asked. */
  readonly authenticated: boolean | undefined
  readonly problem: string
}

export const register: Register = (program, { io, action }) => {
  program
    .command('check')
    .description('Asks every source and destination of the configuration whether it can be reached and lets us in.')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(
      action(async (options: ConfigOption & { json?: boolean }) => {
        using stop = stopSignals(() => {})
        const { sources, sinks } = configOf(options, io)
        const rows = await Promise.all(
          [
            ...sources.map(({ id, spec, own }) => ({ id, spec, create: () => spec.create(own, contextOf(id)) })),
            ...sinks.map(({ id, spec, own, settings: { format } }) => ({
              id,
              spec,
              create: () => spec.create(own, { ...contextOf(id), format }),
            })),
          ].map(async ({ id, spec, create }: Checkable): Promise<CheckRow> => rowOf(id, spec.type, await checked(create, stop.softStop))),
        )
        if (options.json) await io.print(rows.map(row => `${JSON.stringify(row)}\n`).join(''))
        else await io.print(table(['component', 'type', 'reachable', 'authenticated', 'problem'], rows.map(cells)))
        return rows.every(({ problem }) => problem === '') ? EXIT.done : EXIT.unavailable
      }),
    )
}

type Creatable = Parameters<typeof checkOne>[0]

interface Checkable {
  readonly id: string
  readonly spec: { readonly type: string }
  readonly create: () => Promise<Creatable>
}

async function checked(create: () => Promise<Creatable>, signal: AbortSignal): Promise<Error | undefined> {
  try {
    await using component = await create()
    return await checkOne(component, systemClock, signal)
  } catch (cause) {
    return toError(cause)
  }
}

/** A blocked answer is an answer: it was reached, and refused us. */
function rowOf(component: string, type: string, error: Error | undefined): CheckRow {
  const reachable = error === undefined || error instanceof BlockedError
  return { component, type, reachable, authenticated: reachable ? error === undefined : undefined, problem: error?.message ?? '' }
}

const cells = ({ component, type, reachable, authenticated, problem }: CheckRow) => [
  component,
  type,
  reachable ? 'yes' : 'no',
  authenticated === undefined ? '?' : authenticated ? 'yes' : 'no',
  problem,
]

/** A check says what it finds once, as its result. */
function contextOf(id: string): ComponentContext {
  const quiet = () => {}
  return { id, clock: systemClock, meter: SILENT_METER, logger: { debug: quiet, info: quiet, warn: quiet, error: quiet }, report: quiet }
}
