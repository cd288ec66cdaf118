import { Option } from 'commander'
import type { Clock } from '../core/clock.ts'
import type { Mapper } from '../core/mapper.ts'
import type { OcsfVersionName } from '../mappers/ocsf/versions.ts'
import { FORMAT_DEFAULTS, REGISTRY } from '../registry.ts'
import { systemClock } from '../toolkit/clock.ts'

export interface FormatOption {
  readonly format: string
  readonly ocsfVersion?: OcsfVersionName
}

export const formatOption = (preset: string) =>
  new Option('--format <format>', 'what events are turned into').choices(REGISTRY.formats.map(({ type }) => type)).default(preset)

/** The mapper of a format, with the settings that a sink has if it sets nothing. */
export async function mapperOf({ format, ocsfVersion }: FormatOption, clock: Pick<Clock, 'now'> = systemClock): Promise<Mapper> {
  const spec = REGISTRY.formats.find(({ type }) => type === format)
  if (spec === undefined) throw new Error(`There is no format ${format}`)
  return spec.load({ clock, ...FORMAT_DEFAULTS, ...(ocsfVersion === undefined ? {} : { ocsfVersion }) })
}
