import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { runCli } from './program.ts'

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

test.each([
  { args: ['--once'], expected: 1 },
  { args: ['--to', '2100-01-01'], expected: 1 },
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
