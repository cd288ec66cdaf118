import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { contextWith, events, KEY, LIMITS, never, START_MS } from '../../test/support/journals.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'
import { checkSources } from './journal.ts'

const folder = temporaryFolder()
const path = join(folder.path, 'journal.db')
const config = join(folder.path, 'tailrace.yaml')
const open = () => openSqliteJournal({ path, ...LIMITS, sinks: ['splunk'] }, contextWith())
afterAll(() => folder[Symbol.dispose]())

/** `later` and `lake` are configured, and the journal has heard nothing of them yet. */
beforeAll(async () => {
  const source = { type: 'openai_audit', api_key: 'k' }
  const sinks = { splunk: { type: 'stdout' }, lake: { type: 'stdout' } }
  writeFileSync(config, JSON.stringify({ journal: { path }, sources: { acme: source, later: source }, sinks }))
  await using journal = await open()
  await journal.append(KEY, { events: events(0, 6), position: { start: 0, frontier: 3600, segments: [] } }, never)
  await journal.saveSinkPosition('splunk', 2)
  const letter = { eventId: 'e0', ...KEY, reason: 'too large', atMs: 5, timeMs: START_MS, receivedMs: START_MS, text: '{}' }
  await journal.addDeadLetters(['splunk', 'forgotten'].map(component => ({ ...letter, component })))
})

const SOURCES = 'The journal knows no source "amce"; there are: acme'
const MEANT = '; did you mean "acme"?\n'

// Goal: what is misspelt does not look like silence, or like nothing to do.
test.each([
  [['tap', '--source', 'amce'], `${SOURCES}, later${MEANT}`, SOURCES + MEANT],
  [['export', '--source', 'acme', 'amce'], SOURCES + MEANT, SOURCES + MEANT],
  [
    ['replay', '--sink', 'splnuk', '--from', '1h'],
    'no sink "splnuk"; there are: splunk, lake; did',
    'there are: splunk; did you mean "splunk"?',
  ],
  [['state', 'set', 'splnuk', '1'], 'there are: acme/organization, splunk, lake; did', 'acme/organization, splunk; did you mean "splunk"?'],
  [['state', 'reset', 'acme/organisation'], 'did you mean "acme/organization"?', 'did you mean "acme/organization"?'],
  [['dead-letters', 'list', '--component', 'splnuk'], 'there are: splunk, acme, later, lake; did', 'splunk, acme; did you mean "splunk"?'],
  [['dead-letters', 'drop', '--all', '--component', 'splnuk'], 'did you mean "splunk"?', 'did you mean "splunk"?'],
  [['dead-letters', 'retry', '--all', '--component', 'splnuk'], 'did you mean "splunk"?', undefined],
  [['dead-letters', 'show', '1', '--component', 'lake'], 'There is no dead letter 1 of lake', 'There is no dead letter 1 of lake'],
])('%j is refused with what there is, by the configuration and by the journal alone', async (args, why, whyOfJournal) => {
  expect(await cli([...args, '-c', config])).toMatchObject({ code: 66, out: '', err: expect.stringContaining(why) as string })
  if (whyOfJournal === undefined) return
  const ofJournal = await cli([...args, '--journal', path])
  expect(ofJournal).toMatchObject({ code: 66, out: '', err: expect.stringContaining(whyOfJournal) as string })
})

test.each([
  ['lake', '', 0],
  ['forgotten', 'too large', 1],
  ['splunk', 'too large', 1],
])('of %s, which somebody knows, the dead letters are listed', async (component, reason, count) => {
  const { code, out } = await cli(['dead-letters', 'list', '--component', component, '-c', config])
  expect([code, out.includes(reason), out.trimEnd().split('\n').length]).toEqual([0, true, 1 + count])
})

test('a source that is configured may have its first events to come', async () => {
  await using journal = await open()
  await checkSources(journal, ['acme', 'later'], ['later'])
  await expect(checkSources(journal, ['later'])).rejects.toThrow('no source "later"')
})

test('a configured sink without a position begins where `state set` puts it, as with `replay`', async () => {
  const set = await cli(['state', 'set', 'lake', '4', '-c', config])
  const passed = '; 4 events that waited for it, the oldest received 2026-01-01T00:00:00.000Z, are not sent to it\n'
  expect(set).toMatchObject({ code: 0, err: `lake is at 4${passed}` })
  expect(await cli(['state', 'set', 'lake', '99', '-c', config])).toMatchObject({ code: 64 })
})
