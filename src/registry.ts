import type { JsonObject } from './core/json.ts'
import type { Mapper } from './core/mapper.ts'
import type { OcsfVersionName } from './mappers/ocsf/versions.ts'
import type { MapperOptions } from './record/options.ts'
import type { SchemaIssue } from './record/schema_issue.ts'
import { datadog } from './sinks/datadog/index.ts'
import { elasticsearch } from './sinks/elasticsearch/index.ts'
import { file } from './sinks/file/index.ts'
import { http } from './sinks/http/index.ts'
import { kafka } from './sinks/kafka/index.ts'
import { otlp } from './sinks/otlp/index.ts'
import { s3 } from './sinks/s3/index.ts'
import { splunkHec } from './sinks/splunk_hec/index.ts'
import { stdout } from './sinks/stdout/index.ts'
import { openaiAudit } from './sources/openai_audit/index.ts'
import { openaiOrganizationLogs } from './sources/openai_organization_logs/index.ts'
import type { SinkSpec, SourceSpec } from './toolkit/declaration.ts'

/** What a sink may set about its format; each format takes what concerns it. */
export interface FormatOptions extends MapperOptions {
  readonly ocsfVersion: OcsfVersionName
  readonly ecs: { readonly namespace: string; readonly flattened: boolean; readonly actionSpelling: 'verbatim' | 'elastic' }
}

/** What a sink that sets nothing gets. */
export const FORMAT_DEFAULTS = {
  ocsfVersion: '1.8.0',
  ecs: { namespace: 'default', flattened: false, actionSpelling: 'verbatim' },
} as const satisfies Omit<FormatOptions, 'clock'>

/** What an event is turned into on its way to a sink. */
export interface FormatSpec {
  /** One string everywhere: YAML format, folder. */
  readonly type: string
  /** One sentence for the reference page. */
  readonly summary: string
  load(options: FormatOptions): Promise<Mapper>
  /** Says what its published schema finds wrong with a mapped event; undefined where there is no schema. */
  loadValidator?(options: FormatOptions): Promise<(document: JsonObject) => readonly SchemaIssue[]>
}

export interface Registry {
  readonly sources: readonly SourceSpec[]
  readonly sinks: readonly SinkSpec[]
  readonly formats: readonly FormatSpec[]
}

/** Every component there is. Adding one: its folder, and its line here. */
export const REGISTRY: Registry = {
  sources: [openaiAudit, openaiOrganizationLogs],
  sinks: [stdout, file, s3, splunkHec, kafka, otlp, datadog, elasticsearch, http],
  formats: [
    {
      type: 'raw',
      summary: 'The record as the API sent it, byte for byte.',
      load: async () => (await import('./mappers/raw/index.ts')).createRawMapper(),
    },
    {
      type: 'ecs',
      summary: 'Elastic Common Schema 9.4.0.',
      load: async options => (await import('./mappers/ecs/index.ts')).createEcsMapper({ ...options, ...options.ecs }),
      loadValidator: async () => (await import('./mappers/ecs/validate.ts')).validateEcs,
    },
    {
      type: 'ocsf',
      summary: 'Open Cybersecurity Schema Framework, 1.8.0 or 1.3.0.',
      load: async options => (await import('./mappers/ocsf/index.ts')).createOcsfMapper({ ...options, version: options.ocsfVersion }),
      loadValidator: async ({ ocsfVersion }) => {
        const { validateOcsf } = await import('./mappers/ocsf/validate.ts')
        return document => validateOcsf(document, ocsfVersion)
      },
    },
    {
      type: 'otel',
      summary: 'OpenTelemetry log records by the semantic conventions 1.44.0.',
      load: async options => (await import('./mappers/otel/index.ts')).createOtelMapper(options),
      loadValidator: async () => (await import('./mappers/otel/validate.ts')).validateOtel,
    },
    {
      type: 'cim',
      summary: 'Splunk Common Information Model: flat fields of the data models Authentication and Change.',
      load: async options => (await import('./mappers/cim/index.ts')).createCimMapper(options),
      loadValidator: async () => (await import('./mappers/cim/validate.ts')).validateCim,
    },
    {
      type: 'datadog',
      summary: "Datadog's reserved and standard attributes.",
      load: async options => (await import('./mappers/datadog/index.ts')).createDatadogMapper(options),
      loadValidator: async () => (await import('./mappers/datadog/validate.ts')).validateDatadog,
    },
  ],
}
