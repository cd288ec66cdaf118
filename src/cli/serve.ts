import type { CheckedConfig } from '../config/load.ts'
import type { FatalError } from '../core/errors.ts'
import type { ReadBounds } from '../core/source.ts'
import { REGISTRY } from '../registry.ts'
import { adminRoutes, waitingRoutes } from '../service/admin/routes.ts'
import { type AdminRoutes, startAdminServer } from '../service/admin/server.ts'
import { createLogger } from '../service/log.ts'
import { createPrometheusMeter } from '../service/meter.ts'
import { type RunningService, runService } from '../service/run.ts'
import { troubleOf } from '../service/states.ts'
import { stopSignals } from '../service/stop_signals.ts'
import { systemClock } from '../toolkit/clock.ts'
import { EXIT, exitOf } from './exit.ts'
import type { Io } from './io.ts'
import { Progress } from './progress.ts'

export interface ServeOptions {
  readonly config: CheckedConfig
  readonly bounds: ReadBounds
  readonly io: Io
  readonly version: string
  /** Names the configuration to another command: such as ` -c tailrace.yaml`. */
  readonly commandOptions?: string
}

/** Runs a configuration with logs, metrics, admin server and stop signals; resolves to the exit code. */
export async function serve({ config, bounds, io, version, commandOptions }: ServeOptions): Promise<number> {
  const { log, admin } = config.service
  const format = log.format === 'auto' ? (io.isTerminal ? 'text' : 'json') : log.format
  const prometheus = createPrometheusMeter()
  const progress = io.isTerminal ? new Progress(Date.now) : undefined
  using display = showProgress(progress, io)
  const logger = createLogger({ level: log.level, format, write: line => display.say(line.trimEnd()) })
  const meter = progress?.listening(prometheus) ?? prometheus
  using stop = stopSignals(request =>
    logger.info(request === 'soft' ? 'stopping; a second signal stops at once' : 'stopping at once, by a second signal'),
  )

  const asked = { clock: systemClock, meter: prometheus }
  const startAdmin = async (routes: AdminRoutes) => (admin.enabled ? await startAdminServer(admin.listen, routes) : undefined)
  const onWait = async (error: FatalError) => {
    const scope = new AsyncDisposableStack()
    scope.use(await startAdmin(waitingRoutes(error, asked)))
    return scope
  }
  const onStart = async (service: RunningService) => {
    const scope = new AsyncDisposableStack()
    const server = scope.use(await startAdmin(adminRoutes(service, asked)))
    logger.info(`tailrace ${version} runs`, {
      sources: config.sources.map(({ id }) => id),
      sinks: config.sinks.map(({ id }) => id),
      ...(server === undefined ? {} : { admin: server.url }),
    })
    return scope
  }
  const onStuck = () => process.exit(EXIT.failed)
  const context = { clock: systemClock, logger, meter, commandOptions, onWait, onStart, onStuck }
  try {
    const { unavailable, isComplete } = await runService({ config, registry: REGISTRY, bounds, stop, ...context })
    for (const entry of unavailable) {
      logger.error(`stayed unavailable; its position is saved: ${troubleOf(entry)}`, { component: entry.component })
    }
    if (unavailable.length > 0) return EXIT.unavailable
    if (bounds.untilMs === undefined || isComplete || !stop.softStop.aborted) return EXIT.done
    logger.error('stopped before everything that was asked for was delivered; the next run goes on from here')
    return EXIT.failed
  } catch (cause) {
    if (format === 'text') throw cause // The command says it.
    const { code } = exitOf(cause)
    logger.error('the run has ended', { exit_code: code, error: cause }) // Who collects the log takes JSON alone.
    return code
  }
}

const PROGRESS_MS = 500

/** Keeps the progress in the last line, below what is logged; ends with a clean line. */
function showProgress(progress: Progress | undefined, io: Io): Disposable & { readonly say: (line: string) => void } {
  if (progress === undefined) return { say: io.say, [Symbol.dispose]: () => {} }
  let shown = false
  const draw = () => {
    const line = progress.line()
    if (line !== undefined || shown) io.draw(line ?? '')
    shown = line !== undefined
  }
  const timer = setInterval(draw, PROGRESS_MS)
  return {
    say: line => {
      if (shown) io.draw('')
      io.say(line)
      if (shown) draw()
    },
    [Symbol.dispose]: () => {
      clearInterval(timer)
      if (shown) io.draw('')
    },
  }
}
