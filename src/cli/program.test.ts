import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { BlockedError, ConfigError, FatalError, RetryableError } from '../core/errors.ts'
import { exitOf } from './exit.ts'
import type { Io } from './io.ts'
import { parseTimeMs } from './options.ts'
import { COMMANDS, runCli } from './program.ts'

test('every command is listed and has help, which is data', async () => {
  const { code, out, err } = await cli(['--help'])
  expect([code, err]).toEqual([0, ''])
  for (const name of Object.keys(COMMANDS)) {
    expect(out).toContain(`  ${name} `)
    expect(await cli([name, '--help'])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining(`Usage: tailrace ${name}`) as string,
    })
  }
})

test.each([
  [['runn'], 'Did you mean run?'],
  [['run', '--onec'], 'Did you mean --once?'],
  [['run', '--from', 'soon', '-c', 'x'], '"soon" is no time'],
  [['run', '--from', '2026-01-02', '--to', '2026-01-01', '-c', 'x'], '--from has to be before --to'],
  [['run', '--from', '2199-01-01', '-c', 'x'], '--from has to be before now'],
  [['run', '--to', '2199-01-01', '-c', 'x'], '--to has to be before now'],
  [['get'], "missing required argument 'id'"],
  [['map', '--format', 'csv'], 'Allowed choices are raw, ecs, ocsf, otel'],
  [['map', 'a', 'b'], 'too many arguments'],
  [['state', 'shwo'], 'Did you mean show?'],
  [['simulate', '--port', 'x'], '--port takes a whole number'],
  [['simulate', '--port', '65536'], '--port takes a whole number from 0 to 65535, not "65536"'],
  [['simulate', '--events', '3000001'], '--events takes a whole number from 0 to 3000000, not "3000001"'],
  [['demo', '--events', '1e9'], '--events takes a whole number from 0 to 3000000, not "1e9"'],
  [['simulate', '--host', '256.1.1.1'], '--host 256.1.1.1: '],
  [['simulate', '--faults', 'x'], '--faults: no fault is called "x"'],
  [['simulate', '--history', '30'], '--history takes a duration'],
  [['demo', '--rate', '-1'], '--rate takes a number from 0 to 100000, not "-1"'],
  [['simulate', '--rate', '1e300'], '--rate takes a number from 0 to 100000, not "1e300"'],
])('a wrong call %j is told on standard error and ends with 64', async (args, words) => {
  const { code, out, err } = await cli(args)
  expect([code, out]).toEqual([64, ''])
  expect(err).toContain(words)
})

test.each([
  ['get', 'e1'],
  ['explain', 'e1'],
  ['state set', 'acme/organization', '{}'],
  ['state reset', 'acme/organization'],
  ['state import', 'positions.json'],
  ['dead-letters show', 'd1'],
  ['dead-letters retry', 'd1'],
  ['dead-letters drop', 'd1'],
])('the arguments of "%s" may stand after the configuration, of which there may be several', async (command, ...given) => {
  const { err } = await cli([...command.split(' '), '-c', 'no-a.yaml', '-c', 'no-b.yaml', ...given])
  if (command === 'state import') expect(err).toContain("positions.json can't be read")
  else expect(err).toBe('no-a.yaml  there is no such file or folder\nno-b.yaml  there is no such file or folder\n')
})

test('a wrong configuration ends with 78, in words or as JSON', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'))
  const file = join(folder, 'a.yaml')
  writeFileSync(file, 'sources:\n  acme: {type: nothing}\n')
  try {
    const { code, err } = await cli(['validate', '-c', file])
    expect([code, err.split('\n')[1]]).toEqual([78, expect.stringMatching(`^${file}:2:16  sources.acme.type: expected `)])
    const { code: same, out } = await cli(['validate', '-c', file, '--json'])
    expect([same, JSON.parse(out)]).toMatchObject([
      78,
      {
        valid: false,
        problems: [
          { line: 1, column: 1 },
          { line: 2, column: 16 },
        ],
      },
    ])
    expect(await cli(['run', '-c', file])).toMatchObject({ code: 78, out: '' })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('map turns what it is given into a format, and what is no event into one that says so', async () => {
  const page = '{"object":"list","data":[{"id":"a","type":"login.failed","effective_at":1767225600}, 7],"has_more":false}'
  const { code, out, err } = await cli(['map', '-', '--format', 'raw'], { input: page })
  expect([code, out]).toEqual([1, '{"id":"a","type":"login.failed","effective_at":1767225600}\n7\n'])
  expect(err).toBe('standard input:1: no JSON object, mapped as its text alone: it is another value: 7\n')
  const second = (await cli(['map', '--explain'], { input: page })).out.split('\n')[1]!
  expect(JSON.parse(second)).toMatchObject({ event: { kind: 'pipeline_error', original: '7' }, error: {} })
  const explained = await cli(['map', '--explain'], { input: page.replace(', 7', '') })
  expect(explained).toMatchObject({ code: 0, err: expect.stringContaining('login.failed') as string })
  expect(JSON.parse(explained.out)).toMatchObject({ event: { id: 'a' } })
  const lines = await cli(['map', '--explain', '--json', '--format', 'ocsf', '--ocsf-version', '1.3.0'], { input: page.replace(', 7', '') })
  expect([lines.code, lines.err]).toEqual([0, ''])
  const { mapped, fields } = JSON.parse(lines.out) as { mapped: unknown; fields: { field: string; from: unknown }[] }
  expect(mapped).toMatchObject({ class_uid: 3002, metadata: { version: '1.3.0' } })
  expect(fields.find(({ field }) => field === 'class_uid')?.from).toEqual([{ row: 'ocsf', value: ['3002.1'] }])
})

test('map: a version of OCSF stands for the format, unless another one is asked for', async () => {
  const input = '{"id":"a","type":"login.failed"}'
  expect(JSON.parse((await cli(['map', '--ocsf-version', '1.3.0'], { input })).out)).toMatchObject({ metadata: { version: '1.3.0' } })
  expect(JSON.parse((await cli(['map', '--format', 'ecs', '--ocsf-version', '1.3.0'], { input })).out)).toHaveProperty('ecs')
})

test.each([
  [new ConfigError('a.b', 'm'), 78, 'm'],
  [new FatalError('a.b', 'm', { exitCode: 66 }), 66, 'm'],
  [new FatalError('cli.stdout', 'm', { exitCode: 74, cause: { code: 'EPIPE' } }), 74, undefined],
  [new FatalError('cli.stdout', 'm', { exitCode: 74, cause: { code: 'ENOSPC' } }), 74, 'm'],
  [new RetryableError('a.b', 'm'), 69, 'm'],
  [new BlockedError('a.b', 'm'), 69, 'm'],
  [new FatalError('stdout.closed', 'm', { exitCode: 74 }), 74, 'm'],
  [new DOMException('m', 'AbortError'), 1, 'Stopped before it was done'],
  [new TypeError('m'), 70, expect.stringContaining('please report it') as string],
])('the exit code of %s', (error, code, message) => expect(exitOf(error)).toEqual({ code, message }))

test.each([
  ['2026-01-31', Date.UTC(2026, 0, 31)],
  ['2026-01-31T08:00:00Z', Date.UTC(2026, 0, 31, 8)],
  ['2026-01-31T08:00:00+02:00', Date.UTC(2026, 0, 31, 6)],
  ['30d', 1e12 - 30 * 86_400_000],
])('the time %s', (text, ms) => expect(parseTimeMs(text, 1e12)).toBe(ms))

test.each(['soon', '2026-13-45', '2026-02-29', '1767225600', ''])('no time: %j', text =>
  expect(() => parseTimeMs(text, 0)).toThrow('is no time'),
)

test('a simulator that is stopped while it makes its history ends', async () => {
  const told: string[] = []
  const io: Io = {
    print: async () => void process.emit('SIGTERM'), // Before the command waits for it.
    say: line => void told.push(line),
    draw: () => {},
    input: (async function* () {})(),
    env: {},
    isTerminal: false,
  }
  expect(await runCli(['simulate', '--events', '1'], io, '1.2.3')).toBe(0)
  expect(told).toEqual(['0 requests were answered'])
})
