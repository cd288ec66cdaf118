import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ask, idsOf, page, QuickClock } from '../../test/support/simulator.ts'
import { valuesIn } from './json_text.ts'
import { parseRecording } from './recording.ts'
import { startSimulator } from './simulator.ts'

const old = '{"id":"old", "type":"login.failed","effective_at":100,"n":1.50}'
const young = '{"id":"young","type":"x.y","effective_at":200 ,"s":"]}, {\\"data\\":[\\u00e9"}'
const both = [old, young]

describe('reads events oldest first, each text as it stands there', () => {
  test.each<[name: string, text: string, texts: readonly string[]]>([
    ['NDJSON', `${old}\n${young}\n`, both],
    ['NDJSON of Windows, with a mark and an empty line', `\uFEFF${old}\r\n\r\n${young}`, both],
    ['NDJSON that begins with the newest', `${young}\n${old}`, both],
    ['a list', `[\n  ${old},\n  ${young}\n]`, both],
    ['one answer', `{"object":"list","data":[${young},${old}],"has_more":false}`, both],
    ['an answer whose name comes late', `{"has_more":false,"first_id":"data","data" : [${young}, ${old}]}`, both],
    ['answers one after another', `{"data":[${young}],"object":"list"}{"data":[${old}],"object":"list"}`, both],
    ['a list of answers', `[{"object":"list","data":[${young}]},{"object":"list","data":[${old}]}]`, both],
    ['answers that overlap', `{"object":"list","data":[${young},${old}]}\n{"object":"list","data":[${old}]}`, both],
    [
      'one second, in the order of the file',
      '{"id":"a","effective_at":1}\n{"id":"b","effective_at":1}',
      ['{"id":"a","effective_at":1}', '{"id":"b","effective_at":1}'],
    ],
    ['a record over several lines', '{\n  "id": "a",\n  "effective_at": 1\n}', ['{\n  "id": "a",\n  "effective_at": 1\n}']],
    ['elements that are no objects', `[${old},null,42]`, [old, 'null', '42']],
    ['an answer with nothing in it', '{"object":"list","data":[],"has_more":false}', []],
    ['nothing', '', []],
  ])('%s', (_name, text, texts) => {
    expect(parseRecording(text, 'file').map(record => record.text)).toEqual(texts)
  })

  test.each([
    ['a line cut off', `${old}\n{"id":"b","effec`, /^events\.json:2: no JSON/],
    ['something else', 'id,type\n1,2', /^events\.json:1: no JSON.*It must be NDJSON/],
    ['a list cut off', `[${old},`, /^events\.json:1: no JSON/],
    ['a bracket too many', `${old}}`, /^events\.json:1: no JSON/],
  ])('says where it is wrong: %s', (_name, text, message) => {
    expect(() => parseRecording(text, 'events.json')).toThrow(message)
  })

  test('finds any values in any text', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.jsonValue(), fc.constantFrom('\n', ' ', ',', '\r\n')), { maxLength: 8 }), values => {
        const text = values.map(([value, gap]) => `${JSON.stringify(value, null, gap === ',' ? 2 : 0)}${gap}`).join('')
        expect([...valuesIn(text)].map(({ start, end }) => text.slice(start, end))).toEqual(
          values.map(([value, gap]) => JSON.stringify(value, null, gap === ',' ? 2 : 0)),
        )
      }),
    )
  })
})

describe('serves a file', () => {
  async function serve(content: string) {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-'))
    const path = join(folder, 'events.ndjson')
    await writeFile(path, content)
    try {
      return await startSimulator({ events: path, clock: new QuickClock() })
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  test('byte for byte, unknown types included', async () => {
    await using simulator = await serve(`${old}\n${young}`)
    const { text } = await ask(simulator)
    expect(text).toBe(`{"object":"list","data":[${young},${old}],"first_id":"young","last_id":"old","has_more":false}\n`)
    expect(idsOf(await page(simulator, 'event_types[]=x.y'))).toEqual(['young'])
    expect(simulator.events()).toEqual(both)
  })

  test('with ids that come twice, so that a listing still ends', async () => {
    await using simulator = await serve([1, 2, 3, 4, 5].map(n => `{"id":"same","effective_at":9,"n":${n}}`).join('\n'))
    expect((await page(simulator, 'limit=100')).data).toHaveLength(5)
    expect(await page(simulator, 'limit=2&after=same')).toMatchObject({ data: [], has_more: false })
  })

  test('with records that have neither id nor time beside their neighbours', async () => {
    await using simulator = await serve(`${old}\n{"type":"nameless"}\n17\n${young}`)
    const body = JSON.parse((await ask(simulator, 'effective_at[lt]=150')).text) as { data: unknown[]; last_id: string }
    expect(body).toMatchObject({ data: [17, { type: 'nameless' }, { id: 'old' }], last_id: 'old' })
  })

  test('or says that there is none', async () => {
    await expect(startSimulator({ events: '/nowhere/events.ndjson' })).rejects.toThrow(/^\/nowhere\/events\.ndjson cannot be read: ENOENT/)
  })
})
