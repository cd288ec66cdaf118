import { readFileSync } from 'node:fs'

/** Version of this program, such as `1.2.3`. Reads a file: asked for once. */
export function programVersion(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
