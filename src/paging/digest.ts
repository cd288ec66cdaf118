import { hash } from 'node:crypto'

/** See `SealedWindow.digest`. Sorted by their UTF-16 units. */
export function digestOf(ids: Iterable<string>): string {
  const sorted = [...new Set(ids)].sort()
  return hash('sha256', sorted.length === 0 ? '' : `${sorted.join('\n')}\n`)
}
