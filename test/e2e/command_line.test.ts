import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Program } from '../support/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'e2e-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function run(args: readonly string[]) {
  await using program = new Program(args)
  return await program.end() // Otherwise it would be killed first.
}

test('the version is data', async () => {
  expect(await run(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string, err: '' })
})

test('a version that nobody takes ends quietly with 74', () => {
  const full = openSync('/dev/full', 'w')
  try {
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../../bin/tailrace.js'), '--version'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([74, ''])
  } finally {
    closeSync(full)
  }
})

test('a wrong call ends with 64, a wrong configuration with 78, what is not there with 66', async () => {
  expect(await run(['fly'])).toMatchObject({ code: 64, out: '' })
  expect(await run(['validate', '-c', join(folder, 'none')])).toMatchObject({ code: 78, out: '' })
  expect(await run(['map', join(folder, 'none')])).toMatchObject({ code: 66, out: '' })
})

test('the simulator prints its URL, answers there, opens nothing else when asked to, and ends with a signal', async () => {
  await using simulator = new Program(['simulate', '--events', '500', '--key', 'secret'])
  await simulator.until(out => out.includes('\n'))
  const url = simulator.out.trim()
  const list = async (key: string) => fetch(`${url}/organization/audit_logs?limit=3`, { headers: { authorization: `Bearer ${key}` } })
  expect(((await (await list('secret')).json()) as { data: unknown[] }).data).toHaveLength(3)
  expect((await list('wrong')).status).toBe(401)
  const events = await (await fetch(new URL('/_simulator/events', url))).text()
  writeFileSync(join(folder, 'events.ndjson'), events)
  simulator.signal('SIGUSR1')
  expect((await list('secret')).status).toBe(200)
  simulator.signal('SIGTERM')
  expect(await simulator.end()).toMatchObject({
    code: 0,
    out: `${url}\n`,
    err: expect.stringMatching(/^\d+ requests were answered\n$/) as string,
  })

  const mapped = await run(['map', join(folder, 'events.ndjson'), '--format', 'raw'])
  expect([mapped.code, mapped.err, mapped.out === events]).toEqual([0, '', true]) // Byte for byte (invariant 3).
})

test('a reader that goes away ends it quietly with 74', async () => {
  const many = Array.from({ length: 20_000 }, (_, n) => `{"id":"${n}","type":"login.failed","effective_at":1767225600}\n`)
  writeFileSync(join(folder, 'many.ndjson'), many.join(''))
  await using program = new Program(['map', join(folder, 'many.ndjson')])
  await program.until(out => out.length > 0)
  program.closeOutput()
  expect(await program.end()).toMatchObject({ code: 74, err: '' })
})

test('a reader that takes nothing does not keep a stopped run, nor what is tapped of its journal', async () => {
  await using simulator = new Program(['simulate', '--events', '3000'])
  await simulator.until(out => out.includes('\n'))
  const config = join(folder, 'stalled.yaml')
  const sections = [
    `journal: {path: "${join(folder, 'stalled.db')}"}`,
    'service: {admin: {enabled: false}, shutdown_timeout: 1s}',
    `sources: {acme: {type: openai_audit, api_key: k, base_url: "${simulator.out.trim()}", start: 31d}}`,
    'sinks: {out: {type: stdout}}',
  ]
  writeFileSync(config, sections.join('\n'))
  await using program = new Program(['run', '-c', config])
  await program.until(out => out.length > 0)
  program.stallOutput()
  program.signal('SIGTERM')
  expect(await program.end()).toMatchObject({ code: 0, err: expect.stringContaining('not everything was delivered') as string })
  await using tap = new Program(['tap', '--since', '1d', '--journal', join(folder, 'stalled.db')])
  await tap.until(out => out.length > 0)
  tap.stallOutput()
  tap.signal('SIGTERM')
  expect(await tap.end()).toMatchObject({ code: 0, err: '' })
})
