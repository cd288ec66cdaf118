import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CLOCK, received } from '../../test/mapping/events.ts'
import { FORMATS } from '../../test/mapping/formats.ts'
import { type JsonObject, type JsonValue, parseJson } from '../core/json.ts'
import { toRecord } from '../record/record.ts'
import { TABLE } from '../record/table.ts'

const AT_S = 1_770_979_925
const TYPES = [...TABLE.map(({ type }) => type), 'quantum.entangled', 'API key created', '__proto__']
const ACTORS: readonly JsonValue[] = [
  { type: 'user', id: 'user-ada', name: 'Ada Lovelace' },
  { type: 'user', id: 'user-ada', name: 'ada@example.com' },
  { type: 'service_account', id: 'sa-7', name: 'Deploy bot' },
  { type: 'api_key', id: 'key_7', name: 'Key of the bot' },
  { type: 'robot', id: 'r2', name: 'R2-D2', session: { user: { id: 'somebody' } } },
  { type: 'user', id: { odd: 'id-in-id' }, name: ['odd name'] },
  { id: 'user-untold' },
  'just a text',
]
const TARGETS: readonly JsonValue[] = [
  { type: 'project', id: 'proj_7', name: 'Production' },
  { type: 'user', id: 'user-bob', name: 'Bob', role: 'owner', email: 'bob@example.com' },
  { id: 'x_7', data: { name: 'in data', extra: 'of data' }, list: ['one of a list'] },
  'target-as-text',
  ['target', 'as list'],
]
const REQUESTS: readonly JsonValue[] = ['req_7', { id: 'req_8', method: 'POST', path: '/v1/organization/projects' }, 7_000_001]
const SUCCESSES: readonly JsonValue[] = [true, false, 'partly done', null]

const bodyOf = (n: number, type: string): JsonObject => ({
  id: `log-${n}`,
  event: type,
  actor: ACTORS[n % ACTORS.length]!,
  target: TARGETS[n % TARGETS.length]!,
  created_at: AT_S,
  api_request: REQUESTS[n % REQUESTS.length]!,
  success: SUCCESSES[n % SUCCESSES.length]!,
  unheard_of: 'a field nobody knows',
})

/** OCSF says these in words of its own. */
const IN_OTHER_WORDS: Readonly<Record<string, string>> = { service_account: '"Service"', api_key: '"API Key"' }

function isSaid(leaf: string, document: string): boolean {
  const words = IN_OTHER_WORDS[leaf]
  return document.includes(JSON.stringify(leaf).slice(1, -1)) || (words !== undefined && document.includes(words))
}

/** Every text and number within, written out; names of fields are none. */
function* leaves(value: JsonValue | undefined): Iterable<string> {
  if (typeof value === 'string' || typeof value === 'number') yield String(value)
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* leaves(inner as JsonValue)
}

describe.each(FORMATS)('$name', ({ create, validate, original }) => {
  const map = create({ clock: CLOCK })
  const bare = create({ clock: CLOCK, includeOriginal: false })

  test('a record of the older log is valid, keeps its text, and nothing that it says is lost', () => {
    const lost: unknown[] = []
    for (const [index, type] of TYPES.entries()) {
      for (let n = index; n < index + 20; n++) {
        const event = received(bodyOf(n, type))
        const { document } = map(event)
        const alone = bare(event).document
        const said = JSON.stringify(alone)
        // Its time and outcome are told in each format's own words.
        const missing = [...leaves({ ...event.body, created_at: null })].filter(leaf => !isSaid(leaf, said))
        const issues = [...validate(document), ...validate(alone)]
        if (missing.length > 0 || issues.length > 0 || original(document) !== event.text) lost.push({ missing, issues, text: event.text })
      }
    }
    expect(lost).toEqual([])
  })

  test('whatever stands in its fields, it is mapped and valid', () => {
    const any = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 })
    const bodies = fc.record({
      id: optional(any),
      event: optional(fc.oneof(fc.constantFrom(...TYPES), any)),
      actor: optional(fc.oneof(fc.constantFrom(...ACTORS), any)),
      target: optional(fc.oneof(fc.constantFrom(...TARGETS), any)),
      created_at: optional(any),
      api_request: optional(any),
      success: optional(any),
    })
    fc.assert(
      fc.property(bodies, body => {
        const event = received(parseJson(JSON.stringify(body)) as JsonObject)
        expect(validate(map(event).document)).toEqual([])
        expect(validate(bare(event).document)).toEqual([])
        expect(original(map(event).document)).toBe(event.text)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the record', () => {
  const record = (more: JsonObject) => toRecord(received({ id: 'log-1', event: 'user.deleted', created_at: AT_S, ...more }))

  test('has its type from event, its time from created_at, and is known by the table', () => {
    expect(record({})).toMatchObject({
      type: 'user.deleted',
      known: true,
      timeMs: AT_S * 1000,
      originalTime: String(AT_S),
      unknownFields: [],
    })
  })

  test.each([
    [{ success: false }, 'failure'],
    [{ success: true }, 'success'],
    [{}, 'success'],
    [{ success: 'no' }, 'success'],
  ])('%j means %s', (more, outcome) => {
    expect(record(more)).toMatchObject({ outcome })
  })

  test('a sign-in that failed and says success: true is a success: the record is nearer than the table', () => {
    expect(toRecord(received({ event: 'login.failed', created_at: AT_S, success: true })).outcome).toBe('success')
  })

  test.each([
    [
      { type: 'user', id: 'u', name: 'Ada' },
      { userId: 'u', name: 'Ada', email: undefined, rest: undefined },
    ],
    [
      { type: 'user', id: 'u', name: 'a@b.cc' },
      { userId: 'u', name: undefined, email: 'a@b.cc', domain: 'b.cc' },
    ],
    [
      { type: 'service_account', id: 's', name: 'Bot' },
      { serviceAccountId: 's', name: 'Bot' },
    ],
    [
      { type: 'api_key', id: 'k', name: 'Key' },
      { keyId: 'k', name: undefined, rest: { name: 'Key' } },
    ],
    [
      { type: 'robot', id: 'r' },
      { kind: 'robot', userId: undefined, rest: { id: 'r' } },
    ],
  ])('actor %j', (actor, expected) => {
    expect(record({ actor }).actor).toMatchObject(expected)
  })

  test.each([
    [
      { type: 'user', id: 'u2', name: 'Bob' },
      { kind: 'user', id: 'u2', name: 'Bob', actsOn: 'user' },
    ],
    ['u2', { kind: 'user', id: 'u2' }],
    [null, { kind: 'user', id: undefined }],
  ])('target %j', (target, expected) => {
    expect(record({ target }).target).toMatchObject(expected)
  })

  test('a record with a type or an effective_at is none of the older log, whatever else it has', () => {
    const audit = toRecord(received({ type: 'user.deleted', event: 'x', target: { id: 't' }, success: false, effective_at: AT_S }))
    expect(audit).toMatchObject({ type: 'user.deleted', outcome: 'success', unknownFields: ['event', 'target', 'success'] })
    expect(toRecord(received({ event: 'x', effective_at: AT_S })).type).toBe('')
  })
})
