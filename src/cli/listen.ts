import { toError } from '../core/errors.ts'
import type { SimulatorOptions } from '../simulator/options.ts'
import { type Simulator, startSimulator } from '../simulator/simulator.ts'
import { usageError } from './exit.ts'

/** Starts the simulator; a taken port is told as what it is. */
export async function listenOrExplain(options: SimulatorOptions): Promise<Simulator> {
  try {
    return await startSimulator(options)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw cause
    throw usageError(`--port ${options.port ?? 0}: ${toError(cause).message}`)
  }
}
