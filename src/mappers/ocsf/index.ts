import type { JsonObject } from '../../core/json.ts'
import type { Mapper } from '../../core/mapper.ts'
import { MappedDocument } from '../../record/mapped.ts'
import { type MapperOptions, severityFor, techniquesFor } from '../../record/options.ts'
import { toRecord } from '../../record/record.ts'
import { object } from '../../record/values.ts'
import { toOcsf } from './map.ts'
import { fitTexts } from './texts.ts'
import { OCSF_VERSIONS, type OcsfVersionName } from './versions.ts'

export interface OcsfOptions extends MapperOptions {
  /** Default: 1.8.0. A lower one is for receivers that lag. */
  readonly version?: OcsfVersionName | undefined
}

/** Open Cybersecurity Schema Framework, with the profile `cloud`. */
export function createOcsfMapper(options: OcsfOptions): Mapper {
  const { clock, organization } = options
  const version = OCSF_VERSIONS[options.version ?? '1.8.0']
  const context = {
    version,
    includeOriginal: options.includeOriginal ?? true,
    techniquesOf: techniquesFor(options.attack),
    clock,
    severityOf: severityFor(options.severity),
    organizationOf: organization ?? (() => undefined),
  }
  return event => {
    const record = toRecord(event)
    const document = toOcsf(record, context)
    const fitted = event.text.length <= version.textCharsMax ? document : fitTexts(document, event.text, context)
    const { latitude, longitude } = record.actor
    if (latitude === undefined || (!Number.isInteger(latitude) && !Number.isInteger(longitude))) return new MappedDocument(event, fitted)
    return new WithFloats(event, fitted)
  }
}

/** `lat` and `long` are `float_t`, which the schema's own validator knows by the point: a whole degree is written `0.0`. */
class WithFloats extends MappedDocument {
  protected override write(): string {
    const { document } = this
    const endpoint = object(document.src_endpoint)
    const location = object(endpoint?.location)
    if (location === undefined) return super.write()
    const floats = { ...location, lat: float(location.lat), long: float(location.long) }
    return JSON.stringify({ ...document, src_endpoint: { ...endpoint, location: floats } })
  }
}

/** ECMAScript 2026; the library's types do not have it yet. */
type JsonWithRaw = typeof JSON & { rawJSON(text: string): unknown }

/** A number that is written with a point. */
function float(value: JsonObject[string]): unknown {
  return typeof value === 'number' && Number.isInteger(value) ? (JSON as JsonWithRaw).rawJSON(value.toFixed(1)) : value
}
