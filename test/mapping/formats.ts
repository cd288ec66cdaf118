import type { JsonObject } from '../../src/core/json.ts'
import type { Mapper } from '../../src/core/mapper.ts'
import { createEcsMapper } from '../../src/mappers/ecs/index.ts'
import { validateEcs } from '../../src/mappers/ecs/validate.ts'
import type { MapperOptions } from '../../src/record/options.ts'
import type { SchemaIssue } from '../../src/record/schema_issue.ts'

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
]
