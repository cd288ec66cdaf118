import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { startHecDouble } from '../doubles/splunk_hec.ts'
import { temporaryFolder } from '../support/folder.ts'
import { configOf, mountAsKubelet, mounts, podOf, render, SECRETS } from './chart.ts'
import { Containers, IMAGE } from './containers.ts'
import { install } from './install/recipe.ts'
import { HADOLINT } from './install/recipes.ts'
import { freePort } from './ports.ts'

const ROOT = join(import.meta.dirname, '../..')
const EVENTS = 1000
let containers: Containers

beforeAll(async () => {
  containers = await Containers.open()
})

afterAll(async () => {
  await containers?.[Symbol.asyncDispose]()
})

const node = async (script: string) => await containers.finish(['--network', 'none', '--entrypoint', 'node'], ['-e', script])

test('hadolint finds nothing in the Dockerfile', () => {
  const { status, stdout, stderr } = spawnSync(join(install(HADOLINT), 'lib/bin/hadolint'), ['Dockerfile'], { cwd: ROOT, encoding: 'utf8' })
  expect([status, stdout, stderr]).toEqual([0, '', ''])
})

test('it holds the compiled program and what that needs to run, and nothing else', async () => {
  const { out } = await containers.finish(['--network', 'none', '--entrypoint', 'find'], ['/app', '/data', '/build', '-not', '-type', 'd'])
  const files = out.trim().split('\n')
  const own = files.filter(file => !file.startsWith('/app/node_modules/'))
  expect(own.filter(file => !/^\/app\/(package\.json|LICENSE|bin\/tailrace\.js|dist\/.*\.(js|json)|assets\/.*)$/.test(file))).toEqual([])
  expect(own.filter(file => file.includes('.test.'))).toEqual([])
  expect(own).toContain('/app/dist/cli/main.js')

  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean; link?: boolean }>
  }
  const production = Object.entries(packages).filter(
    ([path, { dev, optional, link }]) => path.startsWith('node_modules/') && !dev && !optional && !link,
  )
  const installed = files.flatMap(file => /^\/app\/(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/.][^/]*)\//.exec(file)?.[1] ?? [])
  expect([...new Set(installed)].toSorted()).toEqual(production.map(([path]) => path).toSorted())
})

test('every module finds what it imports', async () => {
  const script = `const { globSync } = require('fs')
    const files = globSync('/app/dist/**/*.js').filter(file => file !== '/app/dist/cli/main.js')
    Promise.all(files.map(file => import(file))).then(() => console.log(files.length))`
  const { code, out, err } = await node(script)
  expect([code, err]).toEqual([0, ''])
  expect(Number(out)).toBeGreaterThan(200)
})

test('its settings and its history hold no root and no secret', async () => {
  const [image] = JSON.parse(await containers.podman('image', 'inspect', IMAGE)) as [{ Config: Record<string, unknown>; History: unknown }]
  expect(image.Config).toMatchObject({
    User: '10001:10001',
    WorkingDir: '/data',
    Volumes: { '/data': {} },
    Cmd: ['run', '-c', '/etc/tailrace'],
  })
  expect(JSON.stringify(image)).not.toMatch(/registry=|_authToken|cafile/)
  expect(await node("require('fs').readdirSync('/root')")).toMatchObject({ code: 1, err: expect.stringContaining('EACCES') })
})

test('it writes nowhere but to its volume and the temporary folder', async () => {
  const write = (path: string) => node(`require('fs').writeFileSync('${path}', 'x')`)
  expect(await write('/app/x')).toMatchObject({ code: 1, err: expect.stringContaining('EROFS') })
  expect(await write('/etc/x')).toMatchObject({ code: 1, err: expect.stringContaining('EROFS') })
  expect(await write('/data/x')).toMatchObject({ code: 0 })
  expect(await write('/tmp/x')).toMatchObject({ code: 0 })
})

test('the demo runs without a network', async () => {
  const { code, out } = await containers.finish(['--network', 'none'], ['demo', '--once', '--events', '7', '--rate', '0/s'])
  expect([code, out.trim().split('\n').length]).toEqual([0, 7])
})

test('the ready content for destinations is there', async () => {
  const { code, out } = await containers.finish(['--network', 'none'], ['assets', 'splunk'])
  expect([code, out]).toEqual([0, expect.stringContaining('props.conf')])
})

test('without a configuration it says so, with the code for it', async () => {
  const { code, err } = await containers.finish(['--network', 'none'])
  expect([code, err]).toEqual([78, expect.stringContaining('/etc/tailrace')])
})

// Goal: what the chart's pod does from its start to its end, and what the next one finds on the volume.
test('it ships, answers the probes, drains when it is stopped, and goes on from its volume', async () => {
  await using simulator = await startSimulator({ events: EVENTS, historyMs: 30 * 86_400_000, seed: 5, ratePerSecond: 50 })
  await using hec = await startHecDouble('t0ken-of-hec')
  using folder = temporaryFolder()
  const port = await freePort()
  const acme = { type: 'openai_audit', base_url: simulator.url, api_key: 'k', start: '31d', tenant_events: true, poll_interval: '200ms' }
  // What does not fill a batch waits long enough to be still there when the container is stopped.
  const batch = { events_max: EVENTS / 2, timeout: '1m' }
  const retry = { initial: '100ms', max: '500ms' }
  const splunk = { type: 'splunk_hec', url: hec.url, token: `\${file:${SECRETS}/hec-token}`, batch, retry }
  const service = { admin: { listen: `0.0.0.0:${port}` }, shutdown_timeout: '30s' }
  const rendered = render({ config: { sources: { acme }, sinks: { splunk }, service }, secret: { existingSecret: 'mine' } })
  const [config, secrets] = [join(folder.path, 'config'), join(folder.path, 'secrets')]
  mountAsKubelet(secrets, { 'hec-token': 't0ken-of-hec\n' })
  mountAsKubelet(config, { 'tailrace.yaml': configOf(rendered) })
  for (const path of [folder.path, config, secrets]) chmodSync(path, 0o755)
  const { spec } = podOf(rendered)
  const [{ args }] = spec.containers
  const options = mounts(spec, { config, secrets, data: 'journal' })

  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined)
    return { status: answer?.status, text: (await answer?.text()) ?? '' }
  }
  hec.mode = 'busy'
  await containers.start('first', options, args)
  await expect.poll(() => ask('/healthz'), { timeout: 30_000 }).toMatchObject({ status: 200 })
  const busy = { status: 503, text: expect.stringMatching(/"component":"splunk","state":"retrying"[^}]*Server is busy/) }
  await expect.poll(() => ask('/readyz'), { timeout: 30_000 }).toMatchObject(busy)
  hec.mode = 'accept'
  await expect.poll(() => ask('/readyz'), { timeout: 30_000 }).toMatchObject({ status: 200 })
  await expect.poll(() => hec.events.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(EVENTS)
  expect((await ask('/metrics')).text).toContain('tailrace_sink_delivered_events_total{sink="splunk"}')

  const waiting = async () => Number(/"waiting":(\d+)/.exec((await ask('/readyz')).text)?.[1])
  await expect.poll(waiting, { timeout: 30_000 }).toBeGreaterThan(20)
  const before = hec.events.length
  await containers.podman('kill', '--signal', 'TERM', 'first')
  const first = await containers.ended('first')
  expect(first).toMatchObject({ code: 0, err: expect.not.stringContaining('left to the next run') })
  expect(hec.events.length).toBeGreaterThan(before)

  const known = simulator.ids()
  await containers.start('second', options, [...args, '--once'])
  const { code, out, err } = await containers.ended('second')
  expect(code).toBe(0)
  expect(first.err + out + err).not.toContain('t0ken-of-hec')
  const ids = hec.events.map(({ fields }) => fields.event_id!)
  expect(ids.length).toBe(new Set(ids).size)
  expect(new Set(known).difference(new Set(ids))).toEqual(new Set())
})
