import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { toError } from '../core/errors.ts'
import { isJsonObject } from '../core/json.ts'
import type { JournalReader, LedgerRow } from '../journal/journal.ts'
import { notFound, usageError } from './exit.ts'
import { nameOf } from './journal.ts'
import { Coverage, rowsOf, type SecondsRange } from './ledger.ts'

/** What was listed of a range of time, window by window, as anybody may keep it elsewhere. */
export interface Manifest {
  readonly format: 'tailrace-manifest/1'
  readonly created: string
  readonly from: string
  readonly to: string
  readonly streams: readonly ManifestStream[]
}

type ManifestWindow = Omit<LedgerRow, 'source' | 'stream'>

interface ManifestStream {
  readonly stream: string
  readonly windows: readonly ManifestWindow[]
  readonly gaps: readonly SecondsRange[]
}

/** The manifest's own text is what is signed, so that no two programs have to agree on how JSON is written. */
export interface SignedManifest {
  readonly manifest: string
  /** SHA-256 of the text, in hex. */
  readonly sha256: string
  /** Ed25519 over the text, in base64; absent without a key. */
  readonly signature?: string
}

export async function makeManifest(journal: JournalReader, range: SecondsRange, nowMs: number): Promise<Manifest> {
  const streams: ManifestStream[] = []
  for (const key of await journal.streams()) {
    const coverage = new Coverage(range)
    const windows: ManifestWindow[] = []
    for await (const { fromS, toS, sealedAtMs, events, repeats, late, digest } of rowsOf(journal, key, range)) {
      coverage.add({ fromS, toS, events })
      windows.push({ fromS, toS, sealedAtMs, events, repeats, late, digest })
    }
    streams.push({ stream: nameOf(key), windows, gaps: coverage.gaps() })
  }
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString()
  return { format: 'tailrace-manifest/1', created: new Date(nowMs).toISOString(), from: iso(range.fromS), to: iso(range.toS), streams }
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
  return JSON.parse(signed.manifest) as Manifest
}

/** What the journal says otherwise than the manifest, in words. */
export async function compareManifest(journal: JournalReader, { streams }: Manifest): Promise<readonly string[]> {
  const differences: string[] = []
  for (const { stream, windows } of streams) {
    const key = (await journal.streams()).find(own => nameOf(own) === stream)
    const first = windows[0]
    if (first === undefined) continue
    const range = { fromS: first.fromS, toS: windows.reduce((latestS, { toS }) => Math.max(latestS, toS), first.toS) }
    const held = new Set<string>()
    if (key !== undefined) for await (const row of rowsOf(journal, key, range)) held.add(windowKey(row))
    for (const window of windows) {
      if (held.has(windowKey(window))) continue
      const when = `${new Date(window.fromS * 1000).toISOString()} to ${new Date(window.toS * 1000).toISOString()}`
      differences.push(`${stream}: the journal has no such window: ${when}, sealed ${new Date(window.sealedAtMs).toISOString()}`)
    }
  }
  return differences
}

const windowKey = ({ fromS, toS, sealedAtMs, events, repeats, late, digest }: ManifestWindow) =>
  [fromS, toS, sealedAtMs, events, repeats, late, digest].join(' ')

function ed25519(path: string, read: (pem: string) => KeyObject): KeyObject {
  let key: KeyObject
  try {
    key = read(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw usageError(`${path} holds no key in PEM: ${toError(cause).message}`)
  }
  if (key.asymmetricKeyType === 'ed25519') return key
  throw usageError(`${path} holds a key of type ${key.asymmetricKeyType}; it has to be ed25519 (openssl genpkey -algorithm ed25519)`)
}

function readSigned(path: string): SignedManifest {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as unknown
    if (isJsonObject(value) && typeof value.manifest === 'string' && typeof value.sha256 === 'string')
      return value as unknown as SignedManifest
  } catch (cause) {
    throw notFound(`${path} can't be read as a manifest: ${toError(cause).message}`)
  }
  throw usageError(`${path} is not what \`tailrace attest\` writes`)
}
