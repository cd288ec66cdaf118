import type { Mapper } from '../../core/mapper.ts'
import { MappedDocument } from '../../record/mapped.ts'
import { type MapperOptions, severityFor } from '../../record/options.ts'
import { toRecord } from '../../record/record.ts'
import { toCim } from './map.ts'

/** Splunk Common Information Model: the flat fields of the data models Authentication and Change. */
export function createCimMapper(options: MapperOptions): Mapper {
  const context = {
    includeOriginal: options.includeOriginal ?? true,
    severityOf: severityFor(options.severity),
    organizationOf: options.organization ?? (() => undefined),
  }
  return event => new MappedDocument(event, toCim(toRecord(event), context))
}
