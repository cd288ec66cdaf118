import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { JsonObject } from '../../src/core/json.ts'
import { startVersitygw, type Versitygw } from './versitygw.ts'

/** What versitygw keeps beside the objects. */
const OWN = '.sgwtmp'

/** A bucket, looked at behind the back of the server. */
export class Bucket implements AsyncDisposable {
  readonly server: Versitygw
  readonly name = 'audit'

  private constructor(server: Versitygw) {
    this.server = server
    mkdirSync(this.#folder)
  }

  static async open(): Promise<Bucket> {
    return new Bucket(await startVersitygw())
  }

  get #folder(): string {
    return join(this.server.data, this.name)
  }

  /** What a sink needs to write to it. */
  get settings() {
    const { url, region, accessKeyId, secretAccessKey } = this.server
    return { bucket: this.name, endpoint: url, region, access_key_id: accessKeyId, secret_access_key: secretAccessKey, proxy: 'none' }
  }

  /** Names of the objects, sorted. */
  keys(): readonly string[] {
    return readdirSync(this.#folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => relative(this.#folder, join(entry.parentPath, entry.name)))
      .filter(key => !key.startsWith(OWN))
      .toSorted()
  }

  read(key: string): Buffer {
    return readFileSync(join(this.#folder, key))
  }

  bytes(): number {
    return this.keys().reduce((sum, key) => sum + statSync(join(this.#folder, key)).size, 0)
  }

  pathOf(key: string): string {
    return join(this.#folder, key)
  }

  /** The documents of an object of compressed lines. */
  lines(key: string): readonly JsonObject[] {
    const text = gunzipSync(this.read(key)).toString('utf8')
    if (!text.endsWith('\n')) throw new Error(`${key} does not end with a whole line`)
    return text
      .slice(0, -1)
      .split('\n')
      .map(line => JSON.parse(line) as JsonObject)
  }

  /** Parts of uploads that were neither completed nor removed. */
  partsLeft(): readonly string[] {
    const listed = execFileSync('find', [this.#folder, '-path', `*/${OWN}/multipart/*`, '-type', 'f'], { encoding: 'utf8' })
    return listed.split('\n').filter(line => line !== '')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}
