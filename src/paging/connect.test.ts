import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { contextWith } from '../../test/support/journals.ts'
import { openaiAuditConfig } from '../sources/openai_audit/config.ts'
import { connectList } from './connect.ts'

const SHAPE = { component: 'test', timeField: 'at' }
const REMEDIES = { denied: '', refused: '', unexpected: '' }

async function served(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/logs`)
  return { url, [Symbol.asyncDispose]: () => new Promise<void>(resolve => void server.close(() => resolve())) }
}

test.each([
  ['{"data":null}', 'it has no list in "data"', '{"data":null}'],
  ['<html>\n <h1>Log in</h1>', 'unexpected "<" at byte 0', '<html> <h1>Log in</h1>'],
  ['{"you sent":"Bearer sk-hunter2"}', 'it has no list in "data"', '{"you sent":"***"}'],
  ['', 'it ends after 0 bytes', 'nothing'],
])('of a success that is no list, %j, the message says who answered, what and what to do, without the key', async (body, why, shown) => {
  await using server = await served((_, answer) => answer.end(body))
  const context = { ...contextWith(), id: 'acme', report: () => {} }
  const settings = openaiAuditConfig.parse({ api_key: 'sk-hunter2' })
  const connection = connectList(settings, context, { shape: SHAPE, remedies: REMEDIES, url: server.url, concurrencyMax: 1 })
  const asked = connection.client('organization').askOnce('limit=1', new AbortController().signal)
  await expect(asked).rejects.toMatchObject({
    name: 'RetryableError',
    code: 'test.malformed',
    message:
      `${server.url.href} answered 200 with what is no list of events (${why}): ${shown}. ` +
      'It is asked again, and nothing is lost; if this goes on, look at base_url, and at who answers in place of the API.',
  })
  await connection.close()
})
