import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CLOCK, received } from '../../test/mapping/events.ts'
import { FORMATS } from '../../test/mapping/formats.ts'
import { type JsonObject, type JsonValue, parseJson } from '../core/json.ts'
import type { Mapper } from '../core/mapper.ts'
import { createRawMapper } from '../mappers/raw/index.ts'
import type { MapperOptions } from '../record/options.ts'
import { TABLE } from '../record/table.ts'
import { Secret } from '../toolkit/secret.ts'
import { parsePath } from './path.ts'
import { redactingMapper } from './redactor.ts'
import type { Treatment } from './rule.ts'

const EVERY_FORMAT: readonly { readonly name: string; readonly create: (options: MapperOptions) => Mapper }[] = [
  ...FORMATS,
  { name: 'raw', create: createRawMapper },
]
const TREATMENTS: readonly Treatment[] = [
  { action: 'drop' },
  { action: 'mask' },
  { action: 'mask', keepDomain: true },
  { action: 'pseudonym', key: Secret.literal('0123456789abcdef'), keyId: 'k1', keepDomain: true, keepPrefix: { ipv4: 24, ipv6: 48 } },
]

/** Values that no constant of a schema and no pseudonym has in it. */
const odd = fc.string({
  unit: fc.constantFrom('Q', 'Z', '#', '§', 'ß', '"', '\\', '/', '\n', '\t', '🦊', 'é', 'I', '.', '%'),
  minLength: 5,
  maxLength: 12,
})
const value = fc.oneof(
  odd.map(text => `q${text}z`),
  fc
    .tuple(fc.stringMatching(/^[a-z]{3,8}$/), fc.constantFrom('example.com', 'Mail.Example.ORG'))
    .map(([name, host]) => `${name}.zq@${host}`),
  fc.ipV4().filter(ip => !ip.endsWith('.0')),
  fc.uuid(),
)

/** The ways in which a text may be written in JSON. */
const spelled = (text: string, isEscaped: (character: string) => boolean) =>
  `"${Array.from(text.split(''), character => (isEscaped(character) ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : JSON.stringify(character).slice(1, -1))).join('')}"`
const spelling = fc.constantFrom<(text: string) => string>(
  text => JSON.stringify(text),
  text => spelled(text, () => true),
  text => spelled(text, character => 'aeioqz@."\\/'.includes(character)),
  text =>
    spelled(text, character => !/[\d.]/.test(character))
      .toUpperCase()
      .replaceAll('\\U', '\\u'),
)

/** Other places of a record that the value may stand at; each gives the JSON of a member. */
const elsewhere = fc.constantFrom<(value: string, spell: (text: string) => string) => string>(
  (secret, spell) => `"note":${spell(`seen ${secret}, again ${secret.toUpperCase()}`)}`,
  (secret, spell) => `"by":{${spell(secret)}:[1,{"x":${spell(secret)}}]}`,
  (secret, spell) => `"nested":${JSON.stringify(`{"inner":${spell(secret)}}`)}`,
  (secret, spell) => `"twice":${JSON.stringify(JSON.stringify(`{"inner":${spell(secret)}}`))}`,
  secret => `"url":${JSON.stringify(`/?q=${encodeURIComponent(secret)}&r=1%`)}`,
  (secret, spell) => `"project":{"id":"proj_1","name":${spell(`of ${secret}`)}}`,
  (secret, spell) => `"id":${spell(`log/${secret}/7`)}`,
  (secret, spell) =>
    `"TYPE":{"id":${spell(secret)},"data":{"email":${spell(secret)},"name":${spell(secret)}},"error_message":${spell(`no ${secret}!`)}}`,
)

const PATHS = ['actor.session.user.email', 'actor.session.user.id', 'actor.session.ip_address', 'actor.session.user_agent'] as const
const record = fc
  .record({
    type: fc.constantFrom(...TABLE.map(row => row.type)),
    value,
    spell: spelling,
    places: fc.array(elsewhere, { maxLength: 4 }),
    path: fc.constantFrom(...PATHS),
  })
  .map(({ type, value: secret, spell, places, path }) => {
    const [field, inner] = [path.split('.').at(-1)!, spell(secret)]
    const session = path.includes('.user.')
      ? `"user":{"${field}":${inner}},"ip_address":"198.51.100.4"`
      : `"user":{"id":"user-1"},"${field}":${inner}`
    const members = places.map(place => place(secret, spell).replace('"TYPE"', JSON.stringify(type)))
    const text = `{"id":"log-1","type":${JSON.stringify(type)},"effective_at":1770979925,${[`"actor":{"type":"session","session":{${session}}}`, ...members].join(', ')}}`
    return { secret, path, text }
  })

/** Every text in a value, JSON within texts read too. */
function* textsIn(json: JsonValue | undefined): Generator<string> {
  if (typeof json === 'string') {
    yield json
    yield json.replace(/(%[0-9A-Fa-f]{2})+/g, run => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
    if (/^[[{"]/.test(json)) yield* textsIn(parsed(json))
  } else if (typeof json === 'object' && json !== null) {
    for (const [key, inner] of Object.entries(json as JsonObject)) {
      yield key
      yield* textsIn(inner)
    }
  }
}

function parsed(text: string): JsonValue | undefined {
  try {
    return parseJson(text) as JsonValue
  } catch {
    return undefined
  }
}

describe.each(EVERY_FORMAT)('$name', ({ create }) => {
  test('a redacted value stands nowhere in what is sent', () => {
    fc.assert(
      fc.property(record, fc.constantFrom(...TREATMENTS), ({ secret, path, text }, treatment) => {
        const event = received(parseJson(text) as JsonObject, text)
        const rules = [{ ...treatment, paths: [parsePath(path)], fields: [] }]
        const mapped = redactingMapper(create({ clock: CLOCK }), rules)(event)
        const texts = [
          ...textsIn(parseJson(mapped.json) as JsonValue),
          ...textsIn(mapped.document),
          mapped.json,
          mapped.event.text,
          mapped.event.id,
        ]
        for (const sent of texts) expect(sent.toLowerCase()).not.toContain(secret.toLowerCase())
        // The test would notice: without the rules it is there.
        const plain = [...textsIn(parseJson(create({ clock: CLOCK })(event).json) as JsonValue)]
        expect(plain.some(sent => sent.includes(secret))).toBe(true)
      }),
      { numRuns: 150 },
    )
  })
})
