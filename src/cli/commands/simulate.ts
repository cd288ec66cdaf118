import { onAbort } from '../../service/scope.ts'
import { stopSignals } from '../../service/stop_signals.ts'
import { EXIT } from '../exit.ts'
import { listenOrExplain } from '../listen.ts'
import type { Register } from '../program.ts'
import { type SimulateFlags, simulatorOptions } from '../simulate.ts'

export const register: Register = (program, { io, action }) => {
  program
    .command('simulate')
    .description(
      'Serves the audit-log API on this machine, for rehearsals; prints its base URL. As by the API, tenant-scoped events are listed with tenant_only=true alone.',
    )
    .option('--port <n>', 'port to listen on; a free one by default')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--seed <n>', 'the same seed gives the same events (default: 1)')
    .option('--events <n|file>', 'how many events the history has, or a file of events to serve instead (default: 1000)')
    .option('--history <duration>', 'how far back the history reaches (default: 30d)')
    .option('--rate <n/s>', 'new events a second (default: 0)')
    .option('--faults <list>', 'all, none, or names with commas between them, such as late_events,server_errors=0.5')
    .option('--key <key>', 'the key that is let in; any by default')
    .option('--latency <duration>', 'added to every answer (default: 0ms)')
    .action(
      action(async (flags: SimulateFlags) => {
        using stop = stopSignals(() => {})
        await using simulator = await listenOrExplain(simulatorOptions(flags))
        await io.print(`${simulator.url}\n`)
        const stopped = Promise.withResolvers<void>()
        using _ = onAbort(stop.softStop, stopped.resolve) // It may have come while the history was made.
        await stopped.promise
        io.say(`${simulator.counts().requests} requests were answered`)
        return EXIT.done
      }),
    )
}
