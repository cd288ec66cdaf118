import { describe, expect, test } from 'vitest'
import { oneOfEach, RECEIVED_MS, received } from '../../../test/mapping/events.ts'
import { FORMATS } from '../../../test/mapping/formats.ts'
import type { JsonObject } from '../../core/json.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { createEncoder } from './encode.ts'

const OPTIONS = { ddsource: 'openai', service: 'openai-audit-logs', ddtags: ['env:prod'] }
const ORGANIZATION = { id: 'org-1' }
const mapWith = (name: string) =>
  FORMATS.find(format => format.name === name)!.create({ clock: { now: () => RECEIVED_MS }, organization: () => ORGANIZATION })

const keysIn = (text: string) => Object.keys(JSON.parse(text) as object)

describe('the format datadog', () => {
  const encode = createEncoder({ ...OPTIONS, format: 'datadog', service: 'mine', hostname: 'h' })
  const map = mapWith('datadog')

  test('the log has the attributes of the document, and what the settings say instead of its own', () => {
    for (const event of oneOfEach()) {
      const mapped = map(event)
      const log = JSON.parse(encode(mapped, RECEIVED_MS)) as JsonObject
      const { ddtags, ...document } = mapped.document
      expect(log).toEqual({ ...document, service: 'mine', hostname: 'h', ddtags: `env:prod,${ddtags as string}`, event_id: event.id })
    }
  })

  // Goal: the document is not written a second time, and no attribute twice.
  test('the document goes in as it is written', () => {
    const mapped = map(oneOfEach()[0]!)
    const log = encode(mapped, RECEIVED_MS)
    expect(log.endsWith(mapped.json.slice(mapped.json.indexOf('"status"')))).toBe(true)
    for (const key of ['ddsource', 'service', 'ddtags', 'date', 'hostname', 'event_id']) expect(log.split(`"${key}":`)).toHaveLength(2)
  })

  test.each([
    ['other attributes first', { message: 'm', ddsource: 'x', date: 1, service: 'y' }],
    ['a name that the sink writes', { ddsource: 'x', service: 'y', date: 1, hostname: 'theirs', event_id: 'theirs', message: 'm' }],
    ['an event_id of its own', { ddsource: 'x', service: 'y', date: 1, message: 'm', event_id: 'theirs' }],
    ['a hostname of its own', { ddsource: 'x', service: 'y', date: 1, message: 'm', hostname: 'theirs' }],
    ['none of the reserved ones', { message: 'm' }],
  ])('a document with %s is written anew', (_, document) => {
    const event = received({ id: 'id-1', type: 't', effective_at: RECEIVED_MS / 1000 })
    const mapped: MappedEvent = { event, document, json: JSON.stringify(document) }
    const log = encode(mapped, RECEIVED_MS)
    expect(JSON.parse(log)).toEqual({
      message: 'm',
      ddsource: 'openai',
      service: 'mine',
      hostname: 'h',
      ddtags: 'env:prod',
      date: RECEIVED_MS,
      event_id: 'id-1',
    })
    for (const key of ['ddsource', 'service', 'date', 'hostname', 'event_id']) expect(log.split(`"${key}":`)).toHaveLength(2)
  })

  test('a document that a redaction left nothing else of is a log all the same', () => {
    const { event, document } = map(oneOfEach()[0]!)
    const left = { ddsource: document.ddsource!, service: document.service!, date: document.date! }
    const log = JSON.parse(encode({ event, document: left, json: JSON.stringify(left) }, RECEIVED_MS)) as JsonObject
    expect(Object.keys(log)).toEqual(['ddsource', 'service', 'hostname', 'ddtags', 'date', 'event_id'])
  })

  test('without a date that Datadog takes there is none', () => {
    const mapped = map(oneOfEach()[0]!)
    const log = JSON.parse(encode(mapped, RECEIVED_MS + 20 * 3_600_000)) as JsonObject
    expect(log).not.toHaveProperty('date')
    expect(log).toMatchObject({ openai: { audit: { effective_at: '1770979925' } } })
  })
})

describe('other formats', () => {
  test.each([
    ['ecs', 'ecs'],
    ['ecs_flattened', 'ecs'],
    ['ocsf_1_8_0', 'ocsf'],
    ['otel', 'otel'],
    ['cim', 'cim'],
  ])('%s stands under its name, with its sentence as the message', (name, format) => {
    const encode = createEncoder({ ...OPTIONS, format })
    for (const event of oneOfEach()) {
      const mapped = mapWith(name)(event)
      const text = encode(mapped, RECEIVED_MS)
      expect(keysIn(text)).toEqual(['ddsource', 'service', 'ddtags', 'date', 'event_id', 'message', format])
      expect(JSON.parse(text)).toMatchObject({ message: expect.stringContaining(': ') as string, [format]: mapped.document })
      expect(text.endsWith(`,"${format}":${mapped.json}}`)).toBe(true)
    }
  })

  test('of the record as it was received, the type and id are the message', () => {
    const encode = createEncoder({ ...OPTIONS, ddtags: [], format: 'raw' })
    const text = '{ "id":"x", "type":"a.b" }'
    const event = received({ id: 'x', type: 'a.b' }, text)
    expect(encode({ event, document: event.body, json: text }, RECEIVED_MS)).toBe(
      `{"ddsource":"openai","service":"openai-audit-logs","date":${RECEIVED_MS},"event_id":"x","message":"a.b x","raw":${text}}`,
    )
  })
})
