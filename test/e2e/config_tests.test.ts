import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Program } from '../support/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'e2e-tests-'))
afterAll(() => rmSync(folder, { recursive: true }))

const CONFIG = `sources:
  acme: {type: openai_audit, api_key: key, organization: {id: org-1}}
sinks:
  siem:
    type: stdout
    format: ecs
    filter: event.severity >= HIGH
    severity: {login.failed: high}
    redact:
      - {paths: [actor.session.user.email], action: pseudonym, key: 0123456789abcdef, key_id: k1}
`
const PASSING = `tests:
  - name: a failed login is sent, without the address
    sink: siem
    input: {id: log-1, type: login.failed, effective_at: 1770979925, actor: {session: {user: {email: ada@example.com}}}}
    expect:
      fields:
        event.outcome: failure
        event.severity: 73
        event.category: [authentication]
        organization.id: org-1
        user.email: k1:512383176ce1b4c279ee430548cf07ec
        related.user.*: k1:512383176ce1b4c279ee430548cf07ec
      absent: [user.domain]
      nowhere: [ada@]
  - {name: one that succeeds is not, sink: siem, input: '{"type":"login.succeeded"}', expect: {filtered: true}}
`
const FAILING = `tests:
  - name: what comes out otherwise
    sink: siem
    input: {type: login.failed, note: ada@example.com}
    expect: {fields: {event.outcome: success, user.email: x}, absent: [event.severity], nowhere: [example.com]}
  - {name: what passes, sink: siem, input: {type: login.failed}, expect: {filtered: true}}
  - {name: what does not, format: otel, input: {type: login.failed}, expect: {fields: {severityNumber: 10}}}
`

async function run(tests: string, ...options: readonly string[]) {
  const path = join(folder, 'tailrace.yaml')
  writeFileSync(path, CONFIG)
  writeFileSync(join(folder, 'tests.yaml'), tests)
  await using program = new Program(['test', '-c', folder, ...options])
  return await program.end()
}

test('tests that hold end with 0', async () => {
  expect(await run(PASSING)).toEqual({
    code: 0,
    out: 'ok    a failed login is sent, without the address\nok    one that succeeds is not\n',
    err: '2 tests, all as expected\n',
  })
})

test('what came out otherwise is shown beside what was expected, and ends with 2', async () => {
  const { code, out, err } = await run(FAILING)
  expect([code, err]).toEqual([2, '3 tests, 2 failed\n'])
  expect(out).toBe(`FAIL  what comes out otherwise  (sink siem)
        event.outcome      expected  "success"
                           got       "failure"
        user.email         expected  "x"
                           got       nothing
        event.severity     expected  nothing
                           got       73
        openai.audit.note  expected  "example.com" nowhere
                           got       "ada@example.com"
        event.original     expected  "example.com" nowhere
                           got       "{\\"type\\":\\"login.failed\\",\\"note\\":\\"ada@example.com\\"}"
FAIL  what passes  (sink siem)
        expected  is left out by the filter
        got       passes the filter
ok    what does not
`)
})

test('as JSON, one line a test', async () => {
  const { out } = await run(FAILING, '--json')
  const lines = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  expect(lines.map(({ name, passed }) => [name, passed])).toEqual([
    ['what comes out otherwise', false],
    ['what passes', false],
    ['what does not', true],
  ])
  expect(lines[0]).toMatchObject({ sink: 'siem', output: { event: { outcome: 'failure' } } })
  expect(lines[1]!.differences).toEqual([{ path: '', expected: 'is left out by the filter', got: 'passes the filter' }])
})

test('names that are written with escapes are told as they are', async () => {
  // V8 takes the last one's name for the one that it met three times.
  const names = ['a\\', 'a\\', 'a\\', 'a\n']
  const inputs = names.map(name => ({
    name: 'escaped',
    format: 'raw',
    input: JSON.stringify({ type: 'login.failed', q: { q: 1, [name]: 2 } }),
    expect: { fields: { type: 'login.failed' } },
  }))
  const { out } = await run(`tests: ${JSON.stringify(inputs)}`, '--json')
  expect(out.trimEnd().split('\n').at(-1)).toContain('"q":{"q":1,"a\\n":2}')
})

test('no tests end with 66, a mistake in one with 78', async () => {
  expect(await run('')).toMatchObject({ code: 78 })
  expect(await run('tests: []')).toMatchObject({ code: 66, out: '' })
  const { code, err } = await run(PASSING.replace('sink: siem', 'sink: simm'))
  expect([code, err]).toEqual([
    78,
    expect.stringContaining('tests.yaml:3:11  tests.0.sink: expected "siem", got "simm"; did you mean "siem"?'),
  ])
})
