import { toError } from '../core/errors.ts'
import type { SimulatorOptions } from '../simulator/options.ts'
import { type Simulator, startSimulator } from '../simulator/simulator.ts'
import { usageError } from './exit.ts'

const OF_THE_PORT = ['EADDRINUSE', 'EACCES', 'ERR_SOCKET_BAD_PORT']
const OF_THE_HOST = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL']

/** Starts the simulator; a port or a host that can't be listened on is told as what it is. */
export async function listenOrExplain(options: SimulatorOptions): Promise<Simulator> {
  try {
    return await startSimulator(options)
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException
    if (OF_THE_PORT.includes(code)) throw usageError(`--port ${options.port ?? 0}: ${toError(cause).message}`)
    if (OF_THE_HOST.includes(code)) throw usageError(`--host ${options.host ?? ''}: ${toError(cause).message}`)
    throw cause
  }
}
