import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { serve, textOf } from '../../test/doubles/requests.ts'
import { cli } from '../../test/support/cli.ts'
import { KEY } from '../../test/support/journals.ts'
import { journalFolder } from '../../test/support/sqlite_journal.ts'

test('what a retry delivers is a dead letter no more, and what is refused again stays one', async () => {
  const received: string[] = []
  await using server = await serve(async (request, response) => {
    const text = await textOf(request)
    received.push(...(/e\d/.exec(text) ?? []))
    response.writeHead(text.includes('e2') ? 422 : 200).end('no room for e2')
  })
  using place = journalFolder()
  {
    await using journal = await place.open({ sinks: ['out'] })
    const about = { ...KEY, component: 'out', reason: 'too large', atMs: 5, timeMs: 5, receivedMs: 5 }
    await journal.addDeadLetters(['e1', 'e2', 'e3'].map(eventId => ({ ...about, eventId, text: `{"id":"${eventId}"}` })))
  }
  const config = join(place.folder, 't.yaml')
  const sink = `{type: http, url: "${server.url}", format: raw, compression: none, proxy: none}`
  writeFileSync(config, `journal: {path: "${place.path}"}\nsources: {acme: {type: openai_audit, api_key: k}}\nsinks: {out: ${sink}}\n`)
  const retry = () => cli(['dead-letters', 'retry', '--all', '-c', config])
  expect(await retry()).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^2: .*answered 422: no room for e2.*\n2 delivered, 1 left\n$/) as string,
  })
  expect(received).toEqual(['e1', 'e2', 'e3'])
  expect(await retry()).toMatchObject({ code: 1, err: expect.stringMatching(/0 delivered, 1 left\n$/) as string })
  expect(received).toEqual(['e1', 'e2', 'e3', 'e2'])
})
