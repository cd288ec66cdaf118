import { expect, test } from 'vitest'
import { mapped } from '../../test/support/events.ts'
import { LightEvent } from './light_event.ts'

test('is the event, its text and its document, without holding what was parsed', () => {
  const heavy = mapped('a', 5)
  const body = heavy.event.body
  const light = new LightEvent({ ...heavy, json: '{"mapped":1}' })
  const { source, stream, id, timeMs, receivedMs, text } = heavy.event
  expect(light.event).toMatchObject({ source, stream, id, timeMs, receivedMs, text })
  expect([light.json, light.document]).toEqual(['{"mapped":1}', { mapped: 1 }])
  expect(light.event.body).toEqual(body)
  expect(light.event.body).not.toBe(body)
})
