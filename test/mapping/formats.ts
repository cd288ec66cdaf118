import type { JsonObject } from '../../src/core/json.ts'
import type { Mapper } from '../../src/core/mapper.ts'
import { createCimMapper } from '../../src/mappers/cim/index.ts'
import { validateCim } from '../../src/mappers/cim/validate.ts'
import { createDatadogMapper } from '../../src/mappers/datadog/index.ts'
import { validateDatadog } from '../../src/mappers/datadog/validate.ts'
import { createEcsMapper } from '../../src/mappers/ecs/index.ts'
import { validateEcs } from '../../src/mappers/ecs/validate.ts'
import { createOcsfMapper } from '../../src/mappers/ocsf/index.ts'
import { validateOcsf } from '../../src/mappers/ocsf/validate.ts'
import { OCSF_VERSION_NAMES } from '../../src/mappers/ocsf/versions.ts'
import { createOtelMapper } from '../../src/mappers/otel/index.ts'
import { validateOtel } from '../../src/mappers/otel/validate.ts'
import type { MapperOptions } from '../../src/record/options.ts'
import type { SchemaIssue } from '../../src/record/schema_issue.ts'
import { object } from '../../src/record/values.ts'

export interface Format {
  readonly name: string
  readonly create: (options: MapperOptions) => Mapper
  readonly validate: (document: JsonObject) => readonly SchemaIssue[]
  /** Where a document holds the record's own text. */
  readonly original: (document: JsonObject) => unknown
}

/** Every format whose schema we check, in every form that it is offered in. */
export const FORMATS: readonly Format[] = [
  {
    name: 'ecs',
    create: createEcsMapper,
    validate: validateEcs,
    original: document => (document.event as JsonObject).original,
  },
  {
    name: 'ecs_flattened',
    create: options => createEcsMapper({ ...options, flattened: true }),
    validate: validateEcs,
    original: document => document['event.original'],
  },
  ...OCSF_VERSION_NAMES.map(
    (version): Format => ({
      name: `ocsf_${version.replaceAll('.', '_')}`,
      create: options => createOcsfMapper({ ...options, version }),
      validate: document => validateOcsf(document, version),
      original: document => document.raw_data ?? object(document.unmapped)?.raw_data,
    }),
  ),
  {
    name: 'otel',
    create: createOtelMapper,
    validate: validateOtel,
    original: document => object(document.attributes)?.['log.record.original'],
  },
  {
    name: 'cim',
    create: createCimMapper,
    validate: validateCim,
    original: document => document.original,
  },
  {
    name: 'datadog',
    create: createDatadogMapper,
    validate: validateDatadog,
    original: document => object(object(document.openai)?.audit)?.original,
  },
]
