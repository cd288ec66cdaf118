import type { Mapper } from '../../core/mapper.ts'
import { MappedDocument } from '../../record/mapped.ts'
import { type MapperOptions, severityFor, techniquesFor } from '../../record/options.ts'
import { toRecord } from '../../record/record.ts'
import { flatten } from './flatten.ts'
import { toEcs } from './map.ts'

export interface EcsOptions extends MapperOptions {
  /** `data_stream.namespace`. Default: `default`. */
  readonly namespace?: string | undefined
  /** Dotted names at one level instead of nested objects. Default: false. */
  readonly flattened?: boolean | undefined
  /** `event.action` as received (`login.failed`), or as Elastic's own integration writes it (`login-failed`). Default: verbatim. */
  readonly actionSpelling?: 'verbatim' | 'elastic' | undefined
}

/** Elastic Common Schema 9.4.0. */
export function createEcsMapper(options: EcsOptions): Mapper {
  const { organization, flattened = false } = options
  const context = {
    namespace: options.namespace ?? 'default',
    includeOriginal: options.includeOriginal ?? true,
    techniquesOf: techniquesFor(options.attack),
    actionOf: options.actionSpelling === 'elastic' ? elasticAction : (type: string) => type,
    severityOf: severityFor(options.severity),
    organizationOf: organization ?? (() => undefined),
  }
  return event => {
    const document = toEcs(toRecord(event), context)
    return new MappedDocument(event, flattened ? flatten(document) : document)
  }
}

/** elastic/integrations, packages/openai/data_stream/audit: in lower case, with hyphens for dots. */
function elasticAction(type: string): string {
  return type.toLowerCase().replaceAll('.', '-')
}
