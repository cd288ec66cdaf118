import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'
import { runCli } from './program.ts'
import { quietContext } from './quiet_context.ts'

/** A configuration whose journal another program holds locked until it is disposed of. */
function lockedJournal(folder: string, listen: string): Disposable & { readonly config: string } {
  const config = join(folder, 't.yaml')
  const path = join(folder, 'journal.db')
  const sections = [
    `journal: {path: "${path}"}`,
    'sources: {acme: {type: openai_audit, api_key: k, base_url: "http://127.0.0.1:9"}}',
    `sinks: {out: {type: file, path: "${join(folder, 'out.ndjson')}"}}`,
    `service: {admin: {listen: "${listen}"}}`,
  ]
  writeFileSync(config, sections.join('\n'))
  const other = new DatabaseSync(path)
  other.exec('BEGIN EXCLUSIVE')
  return { config, [Symbol.dispose]: () => other.close() }
}

// Goal: whoever supervises the process does not end it for a disk that is full when it begins.
test('a run that waits for its journal is alive, and says why it is not ready', async () => {
  using folder = temporaryFolder()
  const listen = await freeAddress()
  using journal = lockedJournal(folder.path, listen)
  const answers: unknown[] = []
  const asked = async () => {
    for (const path of ['healthz', 'readyz', 'metrics']) {
      const answer = await fetch(`http://${listen}/${path}`)
      answers.push([answer.status, await answer.text()])
    }
  }
  const waits = Promise.withResolvers<void>()
  const say = (line: string) => void (line.includes('waits for its journal') && waits.resolve())
  const io = { print: async () => {}, say, draw: () => {}, input: (async function* () {})(), env: {}, isTerminal: false }
  const run = runCli(['run', '-c', journal.config], io, '1.2.3')
  await Promise.race([waits.promise, run])
  await asked().finally(() => process.emit('SIGTERM'))
  expect(await run).toBe(0)
  expect(answers).toEqual([
    [200, expect.stringContaining('"ok":true')],
    [503, expect.stringMatching(/"component":"journal","state":"retrying",.*another program holds a lock.*"code":"journal.unavailable"/)],
    [200, expect.any(String)],
  ])
})

async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `127.0.0.1:${port}`
}

test.each(['json', 'text'])('the last words of a run are %s as all others', async format => {
  using folder = temporaryFolder()
  const taken = createServer().listen(0, '127.0.0.1')
  try {
    await once(taken, 'listening')
    const listen = `127.0.0.1:${(taken.address() as AddressInfo).port}`
    const config = join(folder.path, 't.yaml')
    const sections = [
      'journal: {type: memory}',
      'sources: {acme: {type: openai_audit, api_key: k, base_url: "http://127.0.0.1:9"}}',
      `sinks: {out: {type: file, path: "${join(folder.path, 'out.ndjson')}"}}`,
      `service: {log: {format: ${format}}, admin: {listen: "${listen}"}}`,
    ]
    writeFileSync(config, sections.join('\n'))
    const { code, err } = await cli(['run', '-c', config])
    const last = err.trimEnd().split('\n').at(-1)!
    const message = expect.stringContaining(`${listen} is in use`) as string
    expect(code).toBe(78)
    if (format === 'json') expect(JSON.parse(last)).toMatchObject({ level: 'error', exit_code: 78, error: { message } })
    else expect(last).toEqual(expect.stringMatching(/^service.admin.listen: .* is in use/))
  } finally {
    taken.close()
  }
})

// Goal: a start with another configuration says what of the journal it does not go on with.
test('a sink and a stream that are configured no more are warned of at the start', async () => {
  using folder = temporaryFolder()
  const [path, config] = [join(folder.path, 'journal.db'), join(folder.path, 't.yaml')]
  {
    const limits = { sinks: [], backlogBytesMax: 1e6, retentionAgeMs: 1e9, retentionBytesMax: 1e6 }
    await using journal = await openSqliteJournal({ path, ...limits }, quietContext('journal'))
    for (const stream of ['organization', 'tenant']) await journal.saveStreamPosition({ source: 'acme', stream }, 1)
    for (const sink of ['out', 'away']) await journal.saveSinkPosition(sink, 0)
  }
  const taken = createServer().listen(0, '127.0.0.1')
  try {
    await once(taken, 'listening')
    const sections = [
      `journal: {path: "${path}"}`,
      'sources: {acme: {type: openai_audit, api_key: k, base_url: "http://127.0.0.1:9"}}',
      `sinks: {out: {type: file, path: "${join(folder.path, 'out.ndjson')}"}}`,
      `service: {log: {format: json}, admin: {listen: "127.0.0.1:${(taken.address() as AddressInfo).port}"}}`,
    ]
    writeFileSync(config, sections.join('\n'))
    const { code, err } = await cli(['run', '-c', config])
    const lines = err
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as { level: string; component?: string })
    expect(code).toBe(78)
    expect(lines.filter(({ level }) => level === 'warn').map(({ component }) => component)).toEqual(['away', 'acme/tenant'])
  } finally {
    taken.close()
  }
})

test.each([
  { args: ['--once'], expected: 1 },
  { args: ['--to', '2026-01-01'], expected: 1 },
  { args: [], expected: 0 },
])('a run with $args that a signal stops ends with $expected', async ({ args, expected }) => {
  using folder = temporaryFolder()
  const config = join(folder.path, 't.yaml')
  const sections = [
    'journal: {type: memory}',
    'sources: {acme: {type: openai_audit, api_key: k, base_url: "http://127.0.0.1:9"}}',
    `sinks: {out: {type: file, path: "${join(folder.path, 'out.ndjson')}"}}`,
    'service: {admin: {enabled: false}}',
  ]
  writeFileSync(config, sections.join('\n'))
  const said: string[] = []
  const say = (line: string) => {
    said.push(line)
    if (line.includes('"retrying"')) process.emit('SIGTERM')
  }
  const io = { print: async () => {}, say, draw: () => {}, input: (async function* () {})(), env: {}, isTerminal: false }
  expect(await runCli(['run', '-c', config, ...args], io, '1.2.3')).toBe(expected)
  expect(said.at(-1)!.includes('stopped before everything')).toBe(expected === 1)
})
