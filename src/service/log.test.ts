import { expect, test } from 'vitest'
import { RetryableError } from '../core/errors.ts'
import { Secret } from '../toolkit/secret.ts'
import { createLogger, withFields } from './log.ts'

function logged(format: 'json' | 'text', level: 'debug' | 'info' = 'info') {
  const lines: string[] = []
  return { lines, logger: createLogger({ level, format, write: line => void lines.push(line) }) }
}

const error = new RetryableError('splunk_hec.busy', 'Splunk is busy', { cause: new Error('503') })

test('JSON lines hold the fields, the code and the cause, and no secret (invariant 6)', () => {
  const { lines, logger } = logged('json')
  withFields(logger, { component: 'splunk' }).warn('retrying', { error, token: Secret.literal('hunter2') })
  logger.debug('not asked for')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    component: 'splunk',
    error: { code: 'splunk_hec.busy', message: 'Splunk is busy', cause: '503' },
    token: '***',
    message: 'retrying',
  })
})

test('an unforeseen failure is logged with its stack', () => {
  const { lines, logger } = logged('json')
  logger.error('failed', { error: new TypeError('x is not a function') })
  expect(JSON.parse(lines[0]!)).toMatchObject({ error: { name: 'TypeError', stack: expect.stringContaining('log.test.ts') as string } })
})

test('text is one line a message', () => {
  const { lines, logger } = logged('text', 'debug')
  withFields(logger, { component: 'splunk' }).warn('retrying', { error, attempt: 2, sinks: ['a'] })
  logger.debug('plain')
  expect(lines.map(line => line.slice(9))).toEqual(['warn  splunk: retrying: Splunk is busy  attempt=2  sinks=["a"]\n', 'debug plain\n'])
})
