import { streamsFor } from '../../config/claims.ts'
import { BlockedError, TailraceError, toError } from '../../core/errors.ts'
import { checkOne } from '../../service/checks.ts'
import { stopSignals } from '../../service/stop_signals.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { EXIT } from '../exit.ts'
import { type ConfigOption, configOf, configOption, jsonOption } from '../options.ts'
import type { Register } from '../program.ts'
import { quietContext } from '../quiet_context.ts'
import { table } from '../table.ts'

interface CheckRow {
  readonly component: string
  readonly type: string
  /** Undefined: nobody was asked, for something here was wrong already. */
  readonly reachable: boolean | undefined
  /** Undefined: it was not asked for, or refused us for another reason before it told. */
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
        const stopped = stop.softStop
        const rows = await Promise.all(
          [
            ...sources.map(({ id, spec, own }) => ({ id, spec, create: () => spec.create(own, quietContext(id)) })),
            ...sinks.map(({ id, spec, own, settings }) => ({
              id,
              spec,
              create: () =>
                spec.create(own, { ...quietContext(id), format: settings.format, streams: streamsFor(settings, sources), stopped }),
            })),
          ].map(async ({ id, spec, create }: Checkable): Promise<CheckRow> => rowOf(id, spec.type, await checked(create, stopped))),
        )
        if (options.json) await io.print(rows.map(row => `${JSON.stringify(row)}\n`).join(''))
        else await io.print(table(['component', 'type', 'reachable', 'authenticated', 'what is wrong, and what to do'], rows.map(cells)))
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

/** Second halves of error codes. */
const NOT_REACHED: ReadonlySet<string> = new Set(['unreachable', 'timeout', 'proxy'])
const NOT_LET_IN: ReadonlySet<string> = new Set(['denied', 'unauthorized'])

function rowOf(component: string, type: string, error: Error | undefined): CheckRow {
  if (error === undefined) return { component, type, reachable: true, authenticated: true, problem: '' }
  const [own = '', what = ''] = error instanceof TailraceError ? error.code.split('.') : []
  const wasAsked = own !== 'secret' && what !== 'header'
  const reachable = wasAsked ? error instanceof TailraceError && !NOT_REACHED.has(what) : undefined
  const authenticated = reachable && error instanceof BlockedError && NOT_LET_IN.has(what) ? false : undefined
  return { component, type, reachable, authenticated, problem: error.message }
}

const cells = ({ component, type, reachable, authenticated, problem }: CheckRow) => [
  component,
  type,
  word(reachable),
  word(authenticated),
  problem,
]

const word = (answer: boolean | undefined) => (answer === undefined ? '?' : answer ? 'yes' : 'no')
