import type { Mapper } from '../../core/mapper.ts'
import { MappedDocument } from '../../record/mapped.ts'
import { type MapperOptions, severityFor } from '../../record/options.ts'
import { toRecord } from '../../record/record.ts'
import { toDatadog } from './map.ts'

/** Datadog's reserved and standard attributes. */
export function createDatadogMapper(options: MapperOptions): Mapper {
  const context = {
    includeOriginal: options.includeOriginal ?? true,
    severityOf: severityFor(options.severity),
    organizationOf: options.organization ?? (() => undefined),
  }
  return event => new MappedDocument(event, toDatadog(toRecord(event), context))
}
