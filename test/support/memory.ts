import { execFileSync } from 'node:child_process'

/** Memory of a process that stands in RAM just now, as the system counts it. */
export function residentBytes(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024
}

/** What it had at each look. */
export interface MemorySamples {
  readonly minBytes: number
  readonly maxBytes: number
  readonly lastBytes: number
}

export function summary(samples: readonly number[]): MemorySamples {
  return { minBytes: Math.min(...samples), maxBytes: Math.max(...samples), lastBytes: samples.at(-1)! }
}
