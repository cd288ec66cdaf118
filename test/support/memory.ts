import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Program } from './program.ts'

/** Environment of a program whose memory can be asked for. */
export function probed(...nodeOptions: readonly string[]): Record<string, string> {
  return { NODE_OPTIONS: [`--import=${join(import.meta.dirname, 'memory_probe.ts')}`, ...nodeOptions].join(' ') }
}

export interface ProbedMemory {
  /** Of everything that is still in use, in the heap of JavaScript and in buffers, after a collection of garbage. */
  readonly liveBytes: number
  /** Of the system, at that moment. */
  readonly residentBytes: number
}

const PROBE = /^memory probe (\d+) (\d+)$/gm

/** What a program started with `probed` says of itself. */
export async function probe(program: Program): Promise<ProbedMemory> {
  const said = () => [...program.err.matchAll(PROBE)]
  const before = said().length
  process.kill(program.pid, 'SIGUSR2')
  await program.until(() => said().length > before)
  const [, live, resident] = said().at(-1)!
  return { liveBytes: Number(live), residentBytes: Number(resident) }
}

/** Memory of a process that stands in RAM just now, as the system counts it. */
export function residentBytes(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024
}
