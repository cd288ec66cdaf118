import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** URLs of the API and of the collector. */
export interface FarSide {
  readonly api: string
  readonly collector: string
}

/** Both in a process of their own, which ends when it is disposed of. */
export async function startFarSide(events: number, latencyMs = 0): Promise<FarSide & Disposable> {
  const script = join(import.meta.dirname, 'far_side_process.ts')
  const child = spawn(process.execPath, [script, String(events), String(latencyMs)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const { value } = await createInterface(child.stdout)[Symbol.asyncIterator]().next()
  return { ...(JSON.parse(value as string) as FarSide), [Symbol.dispose]: () => void child.kill() }
}
