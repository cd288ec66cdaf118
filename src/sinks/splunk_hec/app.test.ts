import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startHecDouble } from '../../../test/doubles/splunk_hec.ts'
import { ACTORS, bodyOf, CLOCK, ORGANIZATION, oneOfEach, payloadOf, received } from '../../../test/mapping/events.ts'
import { FORMATS } from '../../../test/mapping/formats.ts'
import { aliasesOf, evalsOf, lookupsOf, parseConf, readApp, reportsOf } from '../../../test/splunk/conf.ts'
import { fieldsRead } from '../../../test/splunk/eval.ts'
import { jsonFields, seen } from '../../../test/splunk/search_time.ts'
import { mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import type { LogEvent } from '../../core/event.ts'
import type { JsonObject } from '../../core/json.ts'
import { createRawMapper } from '../../mappers/raw/index.ts'
import { TABLE } from '../../record/table.ts'
import { REGISTRY } from '../../registry.ts'
import { splunkHecConfig } from './config.ts'
import { createSplunkHecSink } from './sink.ts'

const APP = readApp(join(import.meta.dirname, '../../../assets/splunk/TA-tailrace'))
const MORE: readonly (readonly [string, JsonObject])[] = [
  ['tenant.group.member.removed', { group_id: 'group_1', member_id: 'user-eve' }],
  ['user.added', { id: 'user-eve', name: 'Eve', data: { email: 'eve@example.com', role: 'owner' } }],
  ['user.updated', { id: 'user-eve', name: 'Eve' }],
  ['user.updated', { id: 'user-eve', changes_requested: { email: 'eve@example.com', role: 'admin' } }],
]
const EVENTS = [
  ...oneOfEach(),
  ...MORE.map(([type, payload]) => received(bodyOf({ type, actor: ACTORS.key_of_user, payload }, 'audit_log-more'))),
  ...TABLE.map(({ type }) => received(bodyOf({ type, actor: ACTORS.session, payload: payloadOf(type) }, `audit_log-${type}`))),
]
/** By the sourcetype: every form in which events of it may come. */
const FORMS = [
  { name: 'raw', map: createRawMapper() },
  ...FORMATS.map(({ name, create }) => ({ name, map: create({ clock: CLOCK, organization: () => ORGANIZATION }) })),
].map(({ name, map }) => ({ name, sourcetype: `openai:audit:${name.split('_')[0]!}`, write: (event: LogEvent) => map(event).json }))
const cim = FORMS.find(({ name }) => name === 'cim')!

test('the stanzas are the sourcetypes that the sink sends', async () => {
  const sent: string[] = []
  for (const { type: format } of REGISTRY.formats) {
    await using hec = await startHecDouble('t')
    await using sink = createSplunkHecSink(splunkHecConfig.parse({ url: hec.url, token: 't', proxy: 'none' }), {
      ...sinkContext('splunk'),
      format,
    })
    await sink.write([mapped('a')], new AbortController().signal)
    sent.push(hec.events[0]!.sourcetype)
  }
  expect([...APP.props.keys()].toSorted()).toEqual(sent.toSorted())
})

describe('what a stanza names is there', () => {
  const FIELDS = new Map(
    Map.groupBy(FORMS, ({ sourcetype }) => sourcetype)
      .entries()
      .map(([sourcetype, forms]) => {
        const names = forms.flatMap(({ write }) => EVENTS.flatMap(event => [...jsonFields(write(event)).keys()]))
        return [sourcetype, new Set(names)] as const
      }),
  )
  test.each([...APP.props])('[%s]', (sourcetype, stanza) => {
    const extracted = reportsOf(stanza).map(name => APP.transforms.get(name)!.get('FORMAT')!.split('::')[0]!)
    const has = (name: string) => FIELDS.get(sourcetype)!.has(name) || extracted.includes(name)
    expect(aliasesOf(stanza).filter(([from]) => !has(from))).toEqual([])
    expect(evalsOf(stanza).flatMap(([, expression]) => fieldsRead(expression).filter(name => !has(name)))).toEqual([])
    for (const { transform, input, overwritten, added } of lookupsOf(stanza)) {
      const rows = APP.lookup(APP.transforms.get(transform)!.get('filename')!)
      expect(Object.keys(rows[0]!)).toEqual(expect.arrayContaining([input, ...overwritten, ...added]))
    }
  })

  test('every event type has its tags, and they are those of the data models', () => {
    expect([...APP.tags.keys()]).toEqual([...APP.eventtypes.keys()].map(name => `eventtype=${name}`))
    const tags = [...APP.tags.values()].flatMap(stanza => [...stanza])
    expect(new Set(tags.map(([name]) => name))).toEqual(new Set(['authentication', 'change', 'account', 'audit']))
    expect(new Set(tags.map(([, value]) => value))).toEqual(new Set(['enabled']))
  })

  test('the lookup has every type of the table', () => {
    const rows = APP.lookup('tailrace_event_types.csv').map(({ event_type }) => event_type)
    expect(rows).toEqual(expect.arrayContaining(TABLE.map(({ type }) => type)))
    expect(rows).toHaveLength(new Set(rows).size)
  })

  test('the app has an id, a version, and nothing to see', () => {
    expect(APP.app.get('package')?.get('id')).toBe('TA-tailrace')
    expect(APP.app.get('launcher')?.get('version')).toMatch(/^\d+\.\d+\.\d+$/)
    expect(APP.app.get('ui')?.get('is_visible')).toBe('false')
  })
})

// Goal: whatever format is sent, a search over the data models finds the same event with the same words.
describe('every format says the same as the format cim', () => {
  const ALWAYS = 'event_type action src user_agent dest'.split(' ')
  const OF_SIGN_INS = [...ALWAYS, 'app', 'user', 'user_id', 'signature']
  const OF_CHANGES = [
    ...ALWAYS,
    ...'change_type command status dvc user user_id src_user src_user_id object_id object_category vendor_product'.split(' '),
  ]
  /** The record as it was received has its payload under its type: a member or a list of objects is not found there. */
  const OF_RAW_CHANGES = [...ALWAYS, 'change_type', 'command', 'status']
  /** A change of the logging of calls is told by the payload, which only the format cim looks at. */
  const taggedAlike = (type: string) => type !== 'organization.updated'

  test.each(FORMS)('$name', ({ name, sourcetype, write }) => {
    const differences: unknown[] = []
    for (const event of EVENTS) {
      const one = seen(APP, sourcetype, write(event))
      const other = seen(APP, cim.sourcetype, cim.write(event))
      const type = event.body.type as string
      const ofChanges = name === 'raw' ? OF_RAW_CHANGES : OF_CHANGES
      for (const field of other.tags.includes('change') ? ofChanges : OF_SIGN_INS) {
        const [is, wanted] = [one.fields.get(field), other.fields.get(field)]
        if (String(is) !== String(wanted)) differences.push(`${type}: ${field} is ${String(is)} and not ${String(wanted)}`)
      }
      if (taggedAlike(type) && String(one.tags) !== String(other.tags))
        differences.push(`${type}: ${String(one.tags)}, not ${String(other.tags)}`)
    }
    expect(differences).toEqual([])
  })

  test.each(FORMS)('a type that the table does not have is a change: $name', ({ sourcetype, write }) => {
    const { tags, fields } = seen(APP, sourcetype, write(received(bodyOf({ type: 'quantum.entangled', actor: ACTORS.session }, 'a'))))
    expect([tags, fields.get('user')]).toEqual([['change'], 'ada@example.com'])
  })
})

test.each([
  ['[a]\nb = 1\nb = 2', 'twice'],
  ['[a]\n[a]', 'twice'],
  ['b = 1', 'no setting'],
  ['[a]\nb: 1', 'no setting'],
])('a mistake in a file is seen: %j', (text, message) => expect(() => parseConf(text)).toThrow(message))
