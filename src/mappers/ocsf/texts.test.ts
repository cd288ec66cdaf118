import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, received } from '../../../test/mapping/events.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { createOcsfMapper, type OcsfOptions } from './index.ts'
import { validateOcsf } from './validate.ts'

const map = (type: string, payload?: JsonValue, options: Partial<OcsfOptions> = {}) =>
  createOcsfMapper({ clock: CLOCK, ...options })(received(bodyOf({ type, actor: ACTORS.key_of_user, payload }, 'audit_log-1')))
const documentOf = (...parts: Parameters<typeof map>) => map(...parts).document

describe('the original', () => {
  test('is told with its size in bytes and its SHA-256', () => {
    const { document, event } = map('tunnel.created', { name: 'Zürich' })
    expect(document.raw_data).toBe(event.text)
    expect(document.raw_data_size).toBe(Buffer.byteLength(event.text))
    expect(document.raw_data_hash).toMatchObject({ algorithm: 'SHA-256', value: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  test('that is longer than 1.3.0 allows is kept whole under unmapped, and nothing else is too long', () => {
    const long = 'x'.repeat(70_000)
    const { document, event } = map('project.created', { id: 'p', data: { title: long } }, { version: '1.3.0' })
    expect(document).not.toHaveProperty('raw_data')
    expect(document.unmapped).toMatchObject({ raw_data: event.text })
    expect((document.entity as JsonObject).name).toHaveLength(65_535)
    expect((document.entity as JsonObject).data).toEqual({ title: long })
    expect(validateOcsf(document, '1.3.0')).toEqual([])
    expect(documentOf('project.created', { id: 'p', data: { title: long } })).toMatchObject({ entity: { name: long } })
  })

  test('that is left out is not kept under unmapped either, where nothing is cut; what is cut ends with a whole character', () => {
    const name = `${'x'.repeat(65_533)}🦊y`
    const payload = { id: 'u', changes_requested: { role: [name, 'owner'] }, x: name }
    const document = documentOf('user.updated', payload, { version: '1.3.0', includeOriginal: false })
    expect(document.privileges).toEqual([`${'x'.repeat(65_533)}\u{fffd}…`, 'owner'])
    expect(document.unmapped).toEqual({ details: { x: name } })
    const kept = documentOf('user.updated', payload, { version: '1.3.0' }).unmapped
    expect(kept).toEqual({ details: { x: name }, raw_data: expect.stringContaining(name) as string })
  })

  test.each([
    [65_535, true],
    [65_536, false],
  ])('of %d characters is raw_data in 1.3.0: %s', (chars, isRaw) => {
    const frame = map('tunnel.created', { x: '' }, { version: '1.3.0' }).event.text.length
    const { document, event } = map('tunnel.created', { x: 'x'.repeat(chars - frame) }, { version: '1.3.0' })
    expect(event.text).toHaveLength(chars)
    expect([document.raw_data, (document.unmapped as JsonObject | undefined)?.raw_data]).toEqual(
      isRaw ? [event.text, undefined] : [undefined, event.text],
    )
  })

  test('is left out on request', () => {
    const document = documentOf('tunnel.created', { id: 't' }, { includeOriginal: false })
    expect(Object.keys(document).filter(key => key.startsWith('raw_data'))).toEqual([])
  })
})
