import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * Below the ports that the system gives out by itself, and another thousand for each worker of the tests: nobody else takes
 * a port between its choice and the start of the server that it was chosen for.
 */
const FIRST_PORT = 12_000
const PORTS_PER_WORKER = 1000
const WORKERS_MAX = 16

const firstPort = FIRST_PORT + (Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS_MAX) * PORTS_PER_WORKER
/** Each file of tests is a process of its own: it does not begin where the one before did, whose servers may still be ending. */
let taken = Math.floor(Math.random() * PORTS_PER_WORKER)

/** Ports of the loopback address that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  for (let tries = 0; ports.length < count; tries++) {
    if (tries === PORTS_PER_WORKER) throw new Error(`Of the ports from ${firstPort} on, none is free`)
    const port = firstPort + (taken++ % PORTS_PER_WORKER)
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

async function isFree(port: number): Promise<boolean> {
  const holder = createServer()
  try {
    await once(holder.listen(port, '127.0.0.1'), 'listening')
  } catch {
    return false // Whatever keeps us from listening keeps the server from it.
  }
  await once(holder.close(), 'close')
  return true
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  return port!
}

/** Whether somebody accepts connections on a port of this machine. */
export async function isListening(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Whether an HTTP server answers there, whatever it says. */
export async function isAnswering(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer()
    return true
  } catch {
    return false // Not yet.
  }
}
