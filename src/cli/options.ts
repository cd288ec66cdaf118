import { Option } from 'commander'
import { type CheckedConfig, loadConfig } from '../config/load.ts'
import { REGISTRY } from '../registry.ts'
import { parseDurationMs, parseIsoMs } from '../toolkit/settings.ts'
import { usageError } from './exit.ts'
import type { Io } from './io.ts'

export interface ConfigOption {
  readonly config: readonly string[]
}

export const configOption = () =>
  new Option('-c, --config <path...>', 'files or folders of the configuration').default(['config'], 'config')

/** For a command with arguments: takes one path, so that what follows it is an argument. */
export function repeatedConfigOption(): Option {
  const none: readonly string[] = ['config']
  return new Option('-c, --config <path>', 'file or folder of the configuration; once for each')
    .default(none, 'config')
    .argParser((path: string, paths: readonly string[]) => (paths === none ? [path] : [...paths, path]))
}

export const jsonOption = () => new Option('--json', 'print JSON instead of text')

export const configOf = ({ config }: ConfigOption, io: Io): CheckedConfig => loadConfig(config, { registry: REGISTRY, env: io.env })

/** The same configuration, for a line that is copied into a shell: ` -c tailrace.yaml`, or nothing where it is the default. */
export function configWords({ config }: ConfigOption): string {
  if (config.length === 1 && config[0] === 'config') return ''
  return config.map(path => ` -c ${/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`}`).join('')
}

/** An ISO time, or a duration ago: `2026-01-31`, `2026-01-31T08:00:00Z`, `30d`. In ms since 1970, which no duration goes back beyond. */
export function parseTimeMs(text: string, nowMs: number): number {
  const agoMs = parseDurationMs(text)
  if (agoMs !== undefined) return Math.max(0, nowMs - agoMs)
  const timeMs = parseIsoMs(text)
  if (timeMs !== undefined) return timeMs
  throw usageError(`"${text}" is no time; write 2026-01-31, 2026-01-31T08:00:00Z, or 30d for 30 days ago`)
}

/** A number option; its bounds are included. */
export function parseNumber(name: string, text: string, { minimum = 0, maximum = Number.POSITIVE_INFINITY, whole = false }): number {
  const value = Number(text)
  const isWithin = Number.isFinite(value) && value >= minimum && value <= maximum
  if (text.trim() !== '' && isWithin && (!whole || Number.isInteger(value))) return value
  const upTo = maximum === Number.POSITIVE_INFINITY ? '' : ` to ${maximum}`
  throw usageError(`--${name} takes a ${whole ? 'whole ' : ''}number from ${minimum}${upTo}, not "${text}"`)
}

/** A duration option, in ms. */
export function parseDuration(name: string, text: string): number {
  const ms = parseDurationMs(text)
  if (ms !== undefined) return ms
  throw usageError(`--${name} takes a duration such as 30s, 15m or 30d, not "${text}"`)
}
