import { type LogAttributes, type LogBody, SeverityNumber } from '@opentelemetry/api-logs'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { eventNameOf, SERVICE_NAME } from '../../record/names.ts'
import { typeOf } from '../../record/shape.ts'
import { programVersion } from '../../toolkit/version.ts'
import type { OtlpConfig } from './config.ts'
import type { OtlpRecord } from './exporter.ts'

export interface RecordOptions extends Pick<OtlpConfig, 'resource' | 'body'> {
  readonly format: string
}

type ResourceAttributes = Parameters<typeof resourceFromAttributes>[0]

const SCOPE = { name: 'tailrace', version: programVersion() }
/** Resources are few: one for each organization. */
const RESOURCES_MAX = 1000

/** Makes records of mapped events. Records of one resource share one object, by which the serializer groups them. */
export function createRecords(options: RecordOptions): (event: MappedEvent) => OtlpRecord {
  const known = new Map<string, Resource>()
  const resourceOf = (attributes: JsonObject): Resource => {
    const key = JSON.stringify(attributes)
    const resource = known.get(key) ?? resourceFromAttributes({ ...(attributes as ResourceAttributes), ...options.resource })
    if (known.size === RESOURCES_MAX) known.clear()
    known.set(key, resource)
    return resource
  }
  return options.format === 'otel' ? event => fromOtel(event, resourceOf) : event => fromDocument(event, options, resourceOf)
}

type ResourceOf = (attributes: JsonObject) => Resource

/** The format is the data model already: each of its fields has its place. */
function fromOtel({ document }: MappedEvent, resourceOf: ResourceOf): OtlpRecord {
  const { timeUnixNano, observedTimeUnixNano, severityNumber, eventName, body, attributes, resource } = document
  return {
    hrTime: hrTime(timeUnixNano),
    hrTimeObserved: hrTime(observedTimeUnixNano),
    ...(isSeverity(severityNumber) && { severityNumber }),
    ...(typeof eventName === 'string' && { eventName }),
    body: sendable(body) as LogBody,
    attributes: sendable(attributes ?? {}) as LogAttributes,
    resource: resourceOf(isJsonObject(resource) ? resource : {}),
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
  } as OtlpRecord
}

/** Another format travels whole, as the body; what routes it and tells repeats stands in the attributes. */
function fromDocument({ event, document, json }: MappedEvent, { body, format }: RecordOptions, resourceOf: ResourceOf): OtlpRecord {
  const type = typeOf(event.body)
  return {
    hrTime: hrTime(`${event.timeMs}000000`),
    hrTimeObserved: hrTime(`${event.receivedMs}000000`),
    ...(type !== '' && { eventName: eventNameOf(type) }),
    body: body === 'json' ? json : sendable(document),
    attributes: { 'log.record.uid': event.id, 'tailrace.source': event.source, 'tailrace.format': format },
    resource: resourceOf({ 'service.name': SERVICE_NAME }),
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
  } as OtlpRecord
}

const isSeverity = (value: JsonValue | undefined): value is SeverityNumber =>
  typeof value === 'number' && SeverityNumber[value] !== undefined

/** Seconds and ns of a text of ns since 1970; 0, which means unknown, of anything else. */
function hrTime(nanoseconds: JsonValue | undefined): [number, number] {
  return typeof nanoseconds !== 'string' ? [0, 0] : [Number(nanoseconds.slice(0, -9)), Number(nanoseconds.slice(-9))]
}

/**
 * The value with what OTLP can't say said as text: whole numbers beyond 2^53, which the serializer would write
 * into an int64, and numbers JSON knows no text for. Fields that are undefined are left out.
 */
export function sendable(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) || isFraction(value) ? value : String(value)
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(item => sendable(item) ?? null)
  if (!isJsonObject(value)) return value
  const object: Record<string, JsonValue> = {}
  for (const [name, field] of Object.entries(value)) {
    const sent = sendable(field)
    if (sent !== undefined) object[name] = sent
  }
  return object
}

const isFraction = (value: number) => Number.isFinite(value) && !Number.isInteger(value)
