import { expect, test } from 'vitest'
import { LogEvent } from '../../core/event.ts'
import { topicFault, topicTemplate } from './topic.ts'

const event = (body: object, source = 'acme') =>
  new LogEvent({ source, stream: 'organization', id: 'e1', timeMs: 0, receivedMs: 0, text: JSON.stringify(body) })

test.each([
  ['audit', { type: 'login.failed' }, 'audit'],
  ['audit.{source}', { type: 'login.failed' }, 'audit.acme'],
  ['{stream}-{type}', { type: 'login.failed' }, 'organization-login.failed'],
  ['audit.{type_family}', { type: 'project.user.added' }, 'audit.project'],
  ['audit.{type}', {}, 'audit.unknown'],
  ['audit.{type}', { type: 7 }, 'audit.unknown'],
  ['audit.{type}', { type: '../ö x/{source}' }, 'audit...___x__source_'],
  ['{type}', { type: '..' }, '_..'],
  ['{type}', { type: 'a'.repeat(300) }, 'a'.repeat(249)],
])('%s for %j is %s', (template, body, topic) => {
  expect(topicTemplate(template).topicOf(event(body))).toBe(topic)
})

test('only a template without placeholders has one topic', () => {
  expect(topicTemplate('audit').only).toBe('audit')
  expect(topicTemplate('audit.{source}').only).toBeUndefined()
})

test.each([
  ['audit.{sorce}', /\{sorce\} is no placeholder; there are \{source\}, \{stream\}/],
  ['audit.{source', /\{source is no placeholder/],
  ['{toString}', /no placeholder/],
])('%s is refused', (template, fault) => {
  expect(topicFault(template)).toMatch(fault)
})
