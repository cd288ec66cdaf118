import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../src/core/clock.ts'
import type { MappedEvent } from '../../src/core/mapper.ts'
import { fileConfig } from '../../src/sinks/file/config.ts'
import { type Disk, systemDisk } from '../../src/sinks/file/disk.ts'
import { FileSink } from '../../src/sinks/file/sink.ts'
import { temporaryFolder } from './folder.ts'
import { VirtualClock } from './virtual_clock.ts'

export const START_MS = Date.UTC(2026, 0, 1, 23, 59)
export const TODAY = 'audit-2026-01-01.ndjson'

export const lines = (...events: MappedEvent[]) => events.map(({ json }) => `${json}\n`).join('')

/** A folder that sinks of one configuration write to, one after another. A minute before midnight. */
export function fileStage(
  settings: object = {},
  { disk = systemDisk, template = 'audit-%Y-%m-%d.ndjson', clock: given }: { disk?: Disk; template?: string; clock?: Clock } = {},
) {
  const folder = temporaryFolder()
  const clock = new VirtualClock(START_MS)
  const said: string[] = []
  const say = (message: string) => void said.push(message)
  const stop = new AbortController()
  const config = fileConfig.parse({ path: join(folder.path, template), compress_closed: false, ...settings })
  const context = {
    id: 'f',
    clock: given ?? clock,
    logger: { debug: say, info: say, warn: say, error: say },
    meter: { add() {}, set() {}, observe() {} },
    report() {},
    format: 'raw',
    streams: ['acme', 'globex'].map(source => ({ source, stream: 'organization' })),
    stopped: stop.signal,
  }
  return {
    folder: folder.path,
    clock,
    stop,
    said,
    open: () => new FileSink(config, context, disk),
    at: (name: string) => join(folder.path, name),
    read: (name: string) => readFileSync(join(folder.path, name), 'utf8'),
    names: () =>
      readdirSync(folder.path)
        .filter(name => !name.endsWith('.lock'))
        .toSorted(),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}
