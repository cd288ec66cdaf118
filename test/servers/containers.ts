import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'
import { confinement, podOf, render } from './chart.ts'
import { install } from './install/recipe.ts'
import { IMAGE_BASE } from './install/recipes.ts'

const ROOT = join(import.meta.dirname, '../..')
const BASE = 'localhost/node:26-slim'
export const IMAGE = 'localhost/tailrace:test'
/** No container lives longer, whatever becomes of the test. */
const CONTAINER_SECONDS_MAX = 300
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024
export interface Finished {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Images, containers and volumes of their own, away from those of the machine, with the project's image built. */
export class Containers implements AsyncDisposable {
  readonly #folder = temporaryFolder()
  /** As the chart confines it. */
  readonly #confined = confinement(podOf(render()).spec)
  readonly #env = { ...process.env, ...configure(this.#folder.path) }

  static async open(): Promise<Containers> {
    const base = join(install(IMAGE_BASE), 'base.tar')
    const containers = new Containers()
    try {
      await containers.podman('import', '--quiet', base, BASE)
      await containers.#build()
      return containers
    } catch (error) {
      await containers[Symbol.asyncDispose]()
      throw error
    }
  }

  /** What podman prints; rejects with its message. */
  podman(...args: readonly string[]): Promise<string> {
    return this.#succeed('podman', args)
  }

  /** Runs the image to its end, confined. */
  finish(options: readonly string[], command: readonly string[] = []): Promise<Finished> {
    return this.#run('podman', [
      'run',
      '--rm',
      '--timeout',
      String(CONTAINER_SECONDS_MAX),
      ...this.#confined,
      ...options,
      IMAGE,
      ...command,
    ])
  }

  /** Starts the image, confined, with the network of this machine. */
  async start(name: string, options: readonly string[], command: readonly string[] = []): Promise<void> {
    const own = ['--detach', '--name', name, '--network', 'host', '--log-driver', 'k8s-file', '--timeout', String(CONTAINER_SECONDS_MAX)]
    await this.podman('run', ...own, ...this.#confined, ...options, IMAGE, ...command)
  }

  /** Waits for its end and removes it. */
  async ended(name: string): Promise<Finished> {
    const code = Number(await this.podman('wait', name))
    const { out, err } = await this.#run('podman', ['logs', name])
    await this.podman('rm', name)
    return { code, out, err }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.podman('rm', '--all', '--force')
    await this.podman('volume', 'prune', '--force')
    const overlay = join(this.#folder.path, 'graph/overlay')
    if (readFileSync('/proc/self/mounts', 'utf8').includes(` ${overlay} `)) execFileSync('umount', [overlay])
    this.#folder[Symbol.dispose]()
  }

  /** Needs no runtime, no cgroups and no privileges beyond a user namespace: only `RUN` and `COPY` happen here. */
  async #build(): Promise<void> {
    const npmrc = join(this.#folder.path, 'npmrc')
    writeFileSync(npmrc, npmSettings(), { mode: 0o600 })
    const authorities = trustedAuthorities()
    const trust = authorities === undefined ? [] : ['--volume', `${authorities}:/etc/ssl/certs/ca-certificates.crt:ro`]
    const args = ['--isolation', 'chroot', '--format', 'docker', '--layers=false', '--secret', `id=npmrc,src=${npmrc}`, ...trust]
    await this.#succeed('buildah', ['bud', '--quiet', ...args, '--build-arg', `NODE_IMAGE=${BASE}`, '--tag', IMAGE, ROOT])
  }

  async #succeed(command: string, args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.#run(command, args)
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${out}${err}`)
    return out.trim()
  }

  #run(command: string, args: readonly string[]): Promise<Finished> {
    const ended = Promise.withResolvers<Finished>()
    execFile(command, args, { env: this.#env, maxBuffer: OUTPUT_BYTES_MAX }, (error, out, err) => {
      if (error !== null && typeof error.code !== 'number') ended.reject(error)
      else ended.resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
    return ended.promise
  }
}

const npmSetting = (name: string): string => execFileSync('npm', ['config', 'get', name], { encoding: 'utf8' }).trim()

/** The file of those that this machine trusts beside the usual ones. */
function trustedAuthorities(): string | undefined {
  const file = process.env.NODE_EXTRA_CA_CERTS ?? npmSetting('cafile')
  return existsSync(file) ? file : undefined
}

/** Where npm takes packages from on this machine, for the build, which has none of its own settings. */
function npmSettings(): string {
  const user = npmSetting('userconfig')
  const own = existsSync(user) ? readFileSync(user, 'utf8') : ''
  const trust = trustedAuthorities() === undefined ? '' : 'cafile=/etc/ssl/certs/ca-certificates.crt\n'
  return `registry=${npmSetting('registry')}\n${trust}${own}\n`
}

/** Settings of podman and buildah in the folder, as environment. Overlay where the kernel lets us, for vfs copies every layer. */
function configure(folder: string): Record<string, string> {
  const storage = join(folder, 'storage.conf')
  const settings = join(folder, 'containers.conf')
  const isRoot = userInfo().uid === 0
  // crun refuses hybrid cgroups; the default limits are above what a root without CAP_SYS_RESOURCE may set.
  const limits = 'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]'
  const engine = `runtime = "runc"\n${isRoot ? 'cgroup_manager = "cgroupfs"\n' : ''}events_logger = "file"`
  writeFileSync(settings, `[containers]\n${limits}\n[engine]\n${engine}\n`)
  const env = { CONTAINERS_STORAGE_CONF: storage, CONTAINERS_CONF: settings }
  for (const driver of ['overlay', 'vfs']) {
    writeFileSync(storage, `[storage]\ndriver = "${driver}"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n`)
    if (spawnSync('podman', ['info'], { env: { ...process.env, ...env }, stdio: 'ignore' }).status === 0) break
  }
  return env
}
