import type { Mapper } from '../../core/mapper.ts'
import { MappedDocument } from '../../record/mapped.ts'
import { type MapperOptions, severityFor } from '../../record/options.ts'
import { toRecord } from '../../record/record.ts'
import { toOtel } from './map.ts'

/**
 * OpenTelemetry log records by the semantic conventions 1.44.0, written flat: attributes and resource are
 * plain maps, times are ns since 1970 as text.
 */
export function createOtelMapper(options: MapperOptions): Mapper {
  const context = {
    includeOriginal: options.includeOriginal ?? true,
    severityOf: severityFor(options.severity),
    organizationOf: options.organization ?? (() => undefined),
  }
  return event => new MappedDocument(event, toOtel(toRecord(event), context))
}
