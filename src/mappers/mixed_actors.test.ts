import { describe, expect, test } from 'vitest'
import { bodyOf, CLOCK, received } from '../../test/mapping/events.ts'
import { FORMATS } from '../../test/mapping/formats.ts'
import type { JsonObject } from '../core/json.ts'
import { object } from '../record/values.ts'

// Goal: of several who may have acted each is told as what the record says, and none is lost.
const ADA = { id: 'user-ada', email: 'ada@example.com' }
const KEY_OF_BOT = { id: 'key_bot', type: 'service_account', service_account: { id: 'user-bot' } }
const ACTORS: Readonly<Record<string, JsonObject>> = {
  'a session beside a key of a service account': { type: 'session', session: { user: ADA }, api_key: KEY_OF_BOT },
  'a session beside the key of another user': {
    type: 'session',
    session: { user: ADA },
    api_key: { id: 'key_bob', type: 'user', user: { id: 'user-bob', email: 'bob@example.com' } },
  },
  'a session that tells no id beside a key of a service account': {
    type: 'session',
    session: { user: { email: ADA.email } },
    api_key: KEY_OF_BOT,
  },
  'a key of a user and of a service account': { type: 'api_key', api_key: { ...KEY_OF_BOT, type: 'user', user: ADA } },
  'a kind of the future with a user': { type: 'robot', session: { user: ADA } },
  'a kind of the future with a key alone': { type: 'robot', api_key: { id: 'key_bot', type: 'service_account' } },
  'a service account with the key of one': { type: 'service_account', api_key: KEY_OF_BOT },
}
/** OCSF says these in words of its own. */
const IN_OTHER_WORDS: Readonly<Record<string, string>> = { session: '', api_key: '', user: '"User"', service_account: '"Service"' }

describe.each(FORMATS)('$name', ({ name, create, validate }) => {
  test.each(Object.entries(ACTORS))('%s', (_, actor) => {
    const { document } = create({ clock: CLOCK, includeOriginal: false })(received(bodyOf({ type: 'project.created', actor })))
    const { message: _message, body: _body, ...told } = document
    expect(validate(document)).toEqual([])
    for (const [, leaf] of JSON.stringify(actor).matchAll(/:"([^"]+)"/g)) {
      const written = JSON.stringify(told)
      const isSaid = written.includes(`"${leaf!}"`) || (name.startsWith('ocsf') && written.includes(IN_OTHER_WORDS[leaf!] ?? `"${leaf!}"`))
      expect(isSaid, leaf).toBe(true)
    }
  })
})

test.each([
  [
    'a session beside a key of a service account',
    { type: 'User' },
    { key_type: 'service_account', service_account_id: 'user-bot' },
    'user',
  ],
  ['a key of a user and of a service account', { type: 'User' }, { service_account_id: 'user-bot' }, 'user'],
  ['a service account with the key of one', { type: 'Service' }, undefined, 'service_account'],
])('%s: who acted is a user or a service account', (actor, user, rest, cimType) => {
  const event = received(bodyOf({ type: 'project.created', actor: ACTORS[actor]! }))
  const documentIn = (format: string) => FORMATS.find(({ name }) => name === format)!.create({ clock: CLOCK })(event).document
  const { actor: acted, unmapped } = documentIn('ocsf_1_8_0') as { actor: JsonObject; unmapped?: JsonObject }
  expect(acted.user).toMatchObject(user)
  expect(unmapped?.actor).toEqual(rest)
  expect(documentIn('cim').user_type).toBe(cimType)
})

test.each(FORMATS)("$name: the id of somebody else's key is not that of the user of a session", ({ create }) => {
  const actor = ACTORS['a session that tells no id beside a key of a service account']!
  const { document } = create({ clock: CLOCK, includeOriginal: false })(received(bodyOf({ type: 'project.created', actor })))
  const users = [document.user, document.usr, document['user.id'], document.user_id, object(document.actor)?.user]
  const { attributes } = document
  expect(JSON.stringify([...users, object(attributes)?.['user.id']])).not.toContain('user-bot')
})
