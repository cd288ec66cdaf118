import { expect, test } from 'vitest'
import { LogEvent } from '../../core/event.ts'
import { createRawMapper } from './index.ts'

// Goal: the text goes through untouched, whatever JSON.stringify would have made of it.
test('raw is the text as it was received', () => {
  const text = '{ "type":"a.b", "n": 1.0,\t"u":"\\u00e4" }'
  const event = new LogEvent({ source: 's', stream: 't', id: 'x', timeMs: 0, receivedMs: 0, text })
  const mapped = createRawMapper()(event)
  expect(mapped.json).toBe(text)
  expect(mapped.document).toEqual({ type: 'a.b', n: 1, u: 'ä' })
  expect(mapped.event).toBe(event)
})
