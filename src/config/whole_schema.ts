import type { JsonObject } from '../core/json.ts'
import type { Registry } from '../registry.ts'
import { ID_PATTERN, sinkSchema, sourceSchema } from './component.ts'
import { describedSchema, forEditors } from './json_schema.ts'
import { journalSchema, serviceSchema } from './sections.ts'
import { testsSchema } from './tests.ts'

/** The JSON Schema (draft-07) of a whole configuration or of one of its files, for editors. */
export function configurationSchema({ sources, sinks, formats }: Registry): JsonObject {
  const components = (description: string, schemas: readonly JsonObject[]): JsonObject => ({
    description,
    type: 'object',
    propertyNames: { pattern: ID_PATTERN.source },
    additionalProperties: { anyOf: schemas },
  })
  // References are read from the root of the whole schema, so the definitions belong there.
  const { definitions = {}, ...tests } = forEditors(describedSchema(testsSchema))
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of tailrace',
    type: 'object',
    additionalProperties: false,
    properties: {
      journal: { ...forEditors(describedSchema(journalSchema)), description: 'Where events are kept between the sources and the sinks.' },
      sources: components(
        'Where events come from, by id.',
        sources.map(spec => forEditors(describedSchema(sourceSchema(spec)))),
      ),
      sinks: components(
        'Where events go, by id.',
        sinks.map(spec => forEditors(describedSchema(sinkSchema(spec, formats)))),
      ),
      tests: { ...tests, description: 'What `tailrace test` checks.' },
      service: { ...forEditors(describedSchema(serviceSchema)), description: 'The process itself.' },
    },
    definitions,
  }
}
