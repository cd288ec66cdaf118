import { expect, test } from 'vitest'
import { mapped } from '../../../test/support/events.ts'
import { objectName, partition, pathFault } from './key.ts'

const HOUR_MS = 3_600_000

test('events stand in the folder of their own time, in the order of the journal', () => {
  const events = [mapped('a', 25 * HOUR_MS), mapped('b', 0), mapped('c', 25 * HOUR_MS + 1)]
  const found = partition(events, '{source}/{stream}/{class_uid}/%Y/%m/%d/%H')
  expect(found.map(({ folder, events: members }) => [folder, members.map(({ event }) => event.id).join('')])).toEqual([
    ['acme/organization/none/1970/01/02/01', 'ac'],
    ['acme/organization/none/1970/01/01/00', 'b'],
  ])
  const ocsf = { ...mapped('d'), document: { class_uid: 3001 } }
  expect(partition([ocsf], 'class={class_uid}')[0]?.folder).toBe('class=3001')
})

test('a name says when its first event was received and depends on nothing but that event', () => {
  expect(objectName(mapped('a', HOUR_MS))).toBe(objectName(mapped('a', HOUR_MS)))
  expect(objectName(mapped('a', HOUR_MS))).toMatch(/^19700101T010000\.000Z-[0-9a-f]{16}$/)
  const names = [mapped('a'), mapped('b'), mapped('a', 1)].map(objectName)
  expect(new Set(names.map(name => name.slice(-16))).size).toBe(3)
})

test.each([
  ['{org}/x', '{org} is no placeholder'],
  ['%x', '%x is no placeholder'],
  ['/x', 'without "/"'],
  ['x/', 'without "/"'],
])('%s: %s', (path, fault) => {
  expect(pathFault(path)).toContain(fault)
})
