import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { KEY, never } from '../../test/support/journals.ts'
import { openMemoryJournal } from '../journal/memory/index.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'
import { SILENT_METER } from '../service/meter.ts'
import { systemClock } from '../toolkit/clock.ts'
import { compareManifest, makeManifest, openManifest } from './manifest.ts'

const LIMITS = { sinks: [], backlogBytesMax: 1e9, retentionAgeMs: 1e15, retentionBytesMax: 1e9 }
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const signed = (manifest: string, more: object = {}) =>
  JSON.stringify({ manifest, sha256: createHash('sha256').update(manifest).digest('hex'), ...more })
const of = (fields: object) =>
  signed(JSON.stringify({ format: 'tailrace-manifest/1', created: '', from: '', to: '', streams: [], ...fields }))

test.each([
  ['no JSON', signed('no'), 'holds no manifest that this version can read: its text: '],
  ['no JSON at all', 'no', 'is not what `tailrace attest` writes'],
  ['a list', signed('[]'), 'holds no manifest that this version can read: its text: '],
  ['one of a later version', of({ format: 'tailrace-manifest/2' }), 'holds no manifest that this version can read: format: '],
  [
    'windows of another kind',
    of({ streams: [{ stream: 'a/b', windows: [{}], gaps: [] }] }),
    'holds no manifest that this version can read: streams.0.windows.0.fromS: ',
  ],
  ['a signature that is no text', signed('{}', { signature: 5 }), 'is not what `tailrace attest` writes'],
])('a manifest that is %s is a wrong file, not a fault of ours', async (_, text, said) => {
  using folder = temporaryFolder()
  const [path, file, key] = [join(folder.path, 'journal.db'), join(folder.path, 'manifest.json'), join(folder.path, 'public.pem')]
  await (await openSqliteJournal({ path, ...LIMITS }, { clock: systemClock, logger: quiet, meter: SILENT_METER }))[Symbol.asyncDispose]()
  writeFileSync(file, text)
  writeFileSync(key, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }))
  const keyed = text.includes('signature') ? ['--public-key', key] : []
  expect(await cli(['verify', '--journal', path, '--manifest', file, ...keyed])).toMatchObject({
    code: 64,
    err: expect.stringContaining(`${file} ${said}`) as string,
  })
})

test('a key without a manifest is a wrong call: nothing would be compared', async () => {
  expect(await cli(['verify', '--journal', 'none.db', '--public-key', 'key.pem'])).toMatchObject({
    code: 64,
    err: expect.stringContaining('--manifest') as string,
  })
})

test.each([
  [['attest', '--from', '1d', '--key', 'none.pem'], "none.pem can't be read as a key: ENOENT"],
  [['verify', '--manifest', 'none.json'], "none.json can't be read as a manifest: ENOENT"],
])('%j: a file that is not there is not found', async (args, why) => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'journal.db')
  await (await openSqliteJournal({ path, ...LIMITS }, { clock: systemClock, logger: quiet, meter: SILENT_METER }))[Symbol.asyncDispose]()
  expect(await cli([...args, '--journal', path])).toMatchObject({ code: 66, out: '', err: expect.stringContaining(why) as string })
})

test('a key of another kind is a wrong call: what it signs says nothing', async () => {
  using folder = temporaryFolder()
  const [file, key] = [join(folder.path, 'manifest.json'), join(folder.path, 'key.pem')]
  const { privateKey, publicKey } = generateKeyPairSync('ed448')
  const text = 'the manifest'
  writeFileSync(key, publicKey.export({ type: 'spki', format: 'pem' }))
  writeFileSync(file, signed(text, { signature: sign(null, Buffer.from(text), privateKey).toString('base64') }))
  expect(() => openManifest(file, key)).toThrow('holds a key of type ed448; it has to be ed25519')
})

const ROW = { fromS: 100, toS: 115, sealedAtMs: 1, events: 1, repeats: 0, late: 0, digest: 'a' }

test.each([
  ['nothing', {}, 0],
  ['another begin', { fromS: 101 }, 1],
  ['another end', { toS: 116 }, 1],
  ['another time of sealing', { sealedAtMs: 2 }, 1],
  ['other events', { events: 2 }, 1],
  ['other repeats', { repeats: 1 }, 1],
  ['other late events', { late: 1 }, 1],
  ['another digest', { digest: 'b' }, 1],
])('a window of which the journal says %s is told: %#', async (_, change, count) => {
  await using journal = await openMemoryJournal(LIMITS, { clock: systemClock, logger: quiet, meter: SILENT_METER })
  await journal.append(KEY, { events: [], position: 1, sealed: [{ ...ROW, ...change }] }, never)
  const manifest = { ...(await makeManifest(journal, { fromS: 90, toS: 120 }, 0)) }
  const streams = manifest.streams.map(stream => ({ ...stream, windows: [ROW] }))
  expect(await compareManifest(journal, { ...manifest, streams })).toHaveLength(count)
})

test('windows of no length, where a manifest begins and ends, are found in the journal that it was made of', async () => {
  await using journal = await openMemoryJournal(LIMITS, { clock: systemClock, logger: quiet, meter: SILENT_METER })
  const row = { sealedAtMs: 1, events: 1, repeats: 0, late: 0, digest: '' }
  const sealed = [
    { ...row, fromS: 100, toS: 100 },
    { ...row, fromS: 100, toS: 115 },
    { ...row, fromS: 115, toS: 115 },
  ]
  await journal.append(KEY, { events: [], position: 1, sealed }, never)
  const manifest = await makeManifest(journal, { fromS: 90, toS: 120 }, 0)
  expect(manifest.streams[0]?.windows).toHaveLength(3)
  expect(await compareManifest(journal, manifest)).toEqual([])
})
