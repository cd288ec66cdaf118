import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** Ports of the loopback address that nobody listens on: all of them held at once, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const holders = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(holders.map(holder => once(holder, 'listening')))
  const ports = holders.map(holder => (holder.address() as { port: number }).port)
  await Promise.all(holders.map(holder => once(holder.close(), 'close')))
  return ports
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
