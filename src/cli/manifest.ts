import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { streamName } from '../core/context.ts'
import { toError } from '../core/errors.ts'
import type { JournalReader } from '../journal/journal.ts'
import { notFound, usageError } from './exit.ts'
import { iso, isoOfSeconds } from './iso.ts'
import { Coverage, rowsOf, type SecondsRange } from './ledger.ts'

/** The last second that a Date can hold. */
const MAX_S = 8_640_000_000_000
const seconds = z.int().min(-MAX_S).max(MAX_S)
const windowSchema = z.object({
  fromS: seconds,
  toS: seconds,
  sealedAtMs: z
    .int()
    .min(-MAX_S * 1000)
    .max(MAX_S * 1000),
  events: z.int(),
  repeats: z.int(),
  late: z.int(),
  digest: z.string(),
})
const streamSchema = z.object({
  stream: z.string(),
  windows: z.array(windowSchema),
  gaps: z.array(z.object({ fromS: seconds, toS: seconds })).readonly(),
})
const manifestSchema = z.object({
  format: z.literal('tailrace-manifest/1'),
  created: z.string(),
  from: z.string(),
  to: z.string(),
  streams: z.array(streamSchema),
})

/** What was listed of a range of time, window by window, as anybody may keep it elsewhere. */
type Manifest = z.output<typeof manifestSchema>
type ManifestWindow = z.output<typeof windowSchema>
type ManifestStream = z.output<typeof streamSchema>

/** The manifest's own text is what is signed, so that no two programs have to agree on how JSON is written. */
const signedSchema = z.object({
  manifest: z.string(),
  /** SHA-256 of the text, in hex. */
  sha256: z.string(),
  /** Ed25519 over the text, in base64; absent without a key. */
  signature: z.string().optional(),
})
type SignedManifest = z.output<typeof signedSchema>

export async function makeManifest(journal: JournalReader, range: SecondsRange, nowMs: number): Promise<Manifest> {
  const streams: ManifestStream[] = []
  for (const key of await journal.streams()) {
    const coverage = new Coverage(range)
    const windows: ManifestWindow[] = []
    for await (const { fromS, toS, sealedAtMs, events, repeats, late, digest } of rowsOf(journal, key, range)) {
      coverage.add({ fromS, toS, events })
      windows.push({ fromS, toS, sealedAtMs, events, repeats, late, digest })
    }
    streams.push({ stream: streamName(key), windows, gaps: coverage.gaps() })
  }
  return { format: 'tailrace-manifest/1', created: iso(nowMs), from: isoOfSeconds(range.fromS), to: isoOfSeconds(range.toS), streams }
}

export function signManifest(manifest: Manifest, keyPath: string | undefined): SignedManifest {
  const text = JSON.stringify(manifest)
  const sha256 = createHash('sha256').update(text).digest('hex')
  if (keyPath === undefined) return { manifest: text, sha256 }
  const key = ed25519(keyPath, createPrivateKey)
  return { manifest: text, sha256, signature: sign(null, Buffer.from(text), key).toString('base64') }
}

/** The manifest, if its digest and, where a key is given, its signature hold; otherwise what does not. */
export function openManifest(path: string, publicKeyPath: string | undefined): Manifest | string {
  const signed = readSigned(path)
  if (createHash('sha256').update(signed.manifest).digest('hex') !== signed.sha256) return 'the manifest is not what its sha256 says'
  if (publicKeyPath !== undefined) {
    if (signed.signature === undefined) return 'the manifest is not signed'
    const key = ed25519(publicKeyPath, createPublicKey)
    if (!verify(null, Buffer.from(signed.manifest), key, Buffer.from(signed.signature, 'base64'))) return 'the signature is not by this key'
  }
  const manifest = manifestSchema.safeParse(parsed(signed.manifest))
  if (manifest.success) return manifest.data
  const [first] = manifest.error.issues
  throw usageError(`${path} holds no manifest that this version can read: ${first?.path.join('.') || 'its text'}: ${first?.message}`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // The schema says that it is none.
  }
}

/** What the journal says otherwise than the manifest, in words. */
export async function compareManifest(journal: JournalReader, { streams }: Manifest): Promise<readonly string[]> {
  const differences: string[] = []
  for (const { stream, windows } of streams) {
    const key = (await journal.streams()).find(own => streamName(own) === stream)
    const first = windows[0]
    if (first === undefined) continue
    // A second more at either end: two polls within one second leave a window of no length, which an exact range would miss.
    const range = { fromS: first.fromS - 1, toS: windows.reduce((latestS, { toS }) => Math.max(latestS, toS), first.toS) + 1 }
    const held = new Set<string>()
    if (key !== undefined) for await (const row of rowsOf(journal, key, range)) held.add(windowKey(row))
    for (const window of windows) {
      if (held.has(windowKey(window))) continue
      const when = `${isoOfSeconds(window.fromS)} to ${isoOfSeconds(window.toS)}`
      differences.push(`${stream}: the journal has no such window: ${when}, sealed ${iso(window.sealedAtMs)}`)
    }
  }
  return differences
}

const windowKey = ({ fromS, toS, sealedAtMs, events, repeats, late, digest }: ManifestWindow) =>
  [fromS, toS, sealedAtMs, events, repeats, late, digest].join(' ')

function ed25519(path: string, read: (pem: string) => KeyObject): KeyObject {
  const pem = readText(path, 'a key')
  let key: KeyObject
  try {
    key = read(pem)
  } catch (cause) {
    throw usageError(`${path} holds no key in PEM: ${toError(cause).message}`)
  }
  if (key.asymmetricKeyType === 'ed25519') return key
  throw usageError(`${path} holds a key of type ${key.asymmetricKeyType}; it has to be ed25519 (openssl genpkey -algorithm ed25519)`)
}

function readSigned(path: string): SignedManifest {
  const { success, data } = signedSchema.safeParse(parsed(readText(path, 'a manifest')))
  if (success) return data
  throw usageError(`${path} is not what \`tailrace attest\` writes`)
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw notFound(`${path} can't be read as ${what}: ${toError(cause).message}`)
  }
}
