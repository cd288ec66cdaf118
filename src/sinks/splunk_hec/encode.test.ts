import { expect, test } from 'vitest'
import { mapped } from '../../../test/support/events.ts'
import { EventEncoder } from '../../service/encoded_event.ts'
import { BodyBuffers } from '../../toolkit/body/body_buffers.ts'
import { bodyOf, createFrame } from './encode.ts'

const FRAME = createFrame({ host: 'h', sourcetype: 'openai:audit:ecs', index: 'main', fields: { team: 'sec', event_id: 'not this' } })

test.each([
  ['a whole second', 1_767_225_600_000, '1767225600.000'],
  ['a millisecond', 1_767_225_600_007, '1767225600.007'],
  ['part of a millisecond', 1_767_225_600_123.4, '1767225600.123'],
  ['1970', 0, '0.000'],
  ['the last moment', 18_446_744_073_709, '18446744073.709'],
])('%s has three decimals', (_, timeMs, written) => {
  expect(FRAME.before(mapped('a', timeMs).event)).toContain(`{"time":${written},`)
})

test('a body is the same however its events are held', async () => {
  const asText = ['a', 'é€"\\', 'c'].map((id, n) => mapped(id, 1_767_225_600_123 + n * 1000))
  const framed = new EventEncoder(FRAME)
  const bare = new EventEncoder()
  const held = [
    asText,
    asText.map(one => framed.encode(one, one.event)),
    asText.map(one => bare.encode(one, one.event)),
    asText.map((one, n) => (n === 1 ? one : framed.encode(one, one.event))),
  ]
  const expected = asText
    .map(({ event: { id, timeMs }, json }) => {
      const envelope = { host: 'h', source: 'tailrace:acme', sourcetype: 'openai:audit:ecs', index: 'main' }
      const fields = { team: 'sec', event_id: id }
      return `{"time":${timeMs / 1000},${JSON.stringify({ ...envelope, fields }).slice(1, -1)},"event":${json}}`
    })
    .join('')
  for (const events of held) {
    expect(await new BodyBuffers().encode(bodyOf(events, FRAME), async body => body.toString('utf8'))).toBe(expected)
  }
})
