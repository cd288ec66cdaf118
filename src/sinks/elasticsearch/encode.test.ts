import { describe, expect, test } from 'vitest'
import { event } from '../../../test/support/events.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { BodyBuffers } from '../../toolkit/body/body_buffers.ts'
import { createEncoder } from './encode.ts'
import { indexFault, indexTemplate } from './index_name.ts'

const encode = (json: string) => {
  const text: MappedEvent = { event: event('a', 0), document: JSON.parse(json) as MappedEvent['document'], json }
  const encoded = createEncoder(indexTemplate('logs'))([text, { ...text, utf8: Buffer.from(json) }])
  return new BodyBuffers().encode(encoded, async body => body.toString())
}

test.each([
  ['{"b":1}', '{"@timestamp":"1970-01-01T00:00:00.000Z","b":1}'],
  ['{\n  "b": 1\r\n}', '{"@timestamp":"1970-01-01T00:00:00.000Z",   "b": 1  }'],
  [' { }', '{"@timestamp":"1970-01-01T00:00:00.000Z" }'],
  ['{"@timestamp":"2026-01-01T00:00:00.000Z","b":1}', '{"@timestamp":"2026-01-01T00:00:00.000Z","b":1}'],
  ['{"b":1,"@timestamp":"2026-01-01T00:00:00.000Z"}', '{"b":1,"@timestamp":"2026-01-01T00:00:00.000Z"}'],
  ['{"\\u0040timestamp":"2026-01-01T00:00:00.000Z"}', '{"\\u0040timestamp":"2026-01-01T00:00:00.000Z"}'],
  ['{"b":"@timestamp"}', '{"@timestamp":"1970-01-01T00:00:00.000Z","b":"@timestamp"}'],
])('%s stands on one line and has a time', async (json, line) => {
  expect(await encode(json)).toBe(`{"create":{"_id":"a"}}\n${line}\n`.repeat(2))
})

describe('names of indices', () => {
  test.each([
    ['audit-{source}', 'audit-acme'],
    ['{source}.{stream}-{month}', 'acme.organization-1970.01'],
    ['x-{day}', 'x-1970.01.01'],
    ['logs-a-b', 'logs-a-b'],
  ])('%s', (template, name) => {
    expect(indexTemplate(template).nameOf(event('a', 0))).toBe(name)
  })

  test('a source with capitals, and with what no index begins with', () => {
    const odd = Object.assign(Object.create(event('a')) as object, { source: '_Acme_EU' })
    expect(indexTemplate('{source}-x').nameOf(odd as never)).toBe('acme_eu-x')
  })

  test.each([
    ['ä', 115, 25],
    ['ä', 122, 11],
    ['😀', 60, 15],
    ['€', 84, 3],
  ])('%s %i times before a long source: cut at 255 bytes', (letter, times, left) => {
    const long = Object.assign(Object.create(event('a')) as object, { source: 'B'.repeat(40) })
    const name = indexTemplate(`${letter.repeat(times)}{source}`).nameOf(long as never)
    expect([name, Buffer.byteLength(name)]).toEqual([letter.repeat(times) + 'b'.repeat(left), 255])
  })

  test.each([
    ['ä', 107, 254],
    ['€', 71, 253],
    ['😀', 53, 252],
  ])('%s behind a long source: cut between two characters', (letter, left, bytes) => {
    const long = Object.assign(Object.create(event('a')) as object, { source: 'B'.repeat(40) })
    const name = indexTemplate(`{source}${letter.repeat(120)}`).nameOf(long as never)
    expect([name, Buffer.byteLength(name)]).toEqual(['b'.repeat(40) + letter.repeat(left), bytes])
  })

  test.each([
    ['Audit', 'lower case'],
    ['_audit', 'lower case'],
    ['au dit', 'lower case'],
    ['a,b', 'lower case'],
    ['..', 'lower case'],
    ['audit-{org}', '{org} is no placeholder; there are {source}'],
    ['audit-{source', '{source is no placeholder'],
    ['audit-{day}', undefined],
  ])('%s', (template, fault) => {
    if (fault === undefined) expect(indexFault(template)).toBeUndefined()
    else expect(indexFault(template)).toContain(fault)
  })
})
