import { hash } from 'node:crypto'

/** See `SealedWindow.digest`. Sorted by their UTF-16 units. */
export function digestOf(ids: Iterable<string>): string {
  const sorted = [...ids].sort().filter((id, index, all) => id !== all[index - 1])
  return hash('sha256', sorted.length === 0 ? '' : `${sorted.join('\n')}\n`)
}
