import { execFileSync, spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** What a recipe may need on the machine, and what to install for it. */
const TOOLS = {
  buildah: 'buildah (Debian: buildah)',
  go: 'Go 1.26 or later (Debian: golang-go)',
  java: 'a Java runtime, 17 or later (Debian: openjdk-17-jdk-headless)',
  javac: 'a Java development kit, 17 or later (Debian: openjdk-17-jdk-headless)',
  mvn: 'Apache Maven (Debian: maven)',
  mmdebstrap: 'mmdebstrap (Debian: mmdebstrap)',
  openssl: 'OpenSSL (Debian: openssl)',
  podman: 'podman (Debian: podman)',
  python3: 'Python 3.11 or later with pip (Debian: python3-pip)',
  runc: 'runc (Debian: runc)',
} as const

/** One server, or one tool, that the tests install themselves. */
export interface Recipe {
  readonly name: string
  readonly version: string
  readonly needs: readonly (keyof typeof TOOLS)[]
  /** Every text beside name and version that decides what is built: a change makes it be built anew. */
  readonly inputs: readonly string[]
  /** Fills an empty folder, which is moved to its place when this returns. */
  build(folder: string): void
}

/** Outside the clone, so that a new clone on the same machine finds what an older one has built. */
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tailrace-test-servers')

/** The folder of what the recipe builds; builds it if this machine does not have it yet. */
export function install(recipe: Recipe): string {
  const fingerprint = hash('sha256', recipe.inputs.join('\0')).slice(0, 8)
  const folder = join(CACHE, `${recipe.name}-${recipe.version}-${fingerprint}`)
  if (existsSync(folder)) return folder
  const missing = recipe.needs.filter(tool => spawnSync(tool, ['-version'], { stdio: 'ignore' }).error !== undefined)
  if (missing.length > 0) {
    throw new Error(
      `${recipe.name} ${recipe.version}, which these tests run against, needs ${missing.map(tool => TOOLS[tool]).join(' and ')}`,
    )
  }
  mkdirSync(CACHE, { recursive: true })
  const aside = mkdtempSync(`${folder}.partial-`)
  try {
    recipe.build(aside)
    // Complete or not there: an interrupted build leaves nothing under the final name.
    if (!existsSync(folder)) renameSync(aside, folder)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
  return folder
}

/** Prints the command and runs it; its own output goes where ours goes. */
export function run(cwd: string, command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  console.log(`+ ${[command, ...args].join(' ')}`)
  mkdirSync(cwd, { recursive: true })
  execFileSync(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] })
}

/** The jars that a pom names, in `lib` of the folder. */
export function copyJars(folder: string, pom: string): void {
  const lib = join(folder, 'lib')
  run(folder, 'mvn', [
    '-B',
    '-ntp',
    '-q',
    '-f',
    pom,
    'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${lib}`,
  ])
}

export const RECIPES = dirname(import.meta.filename)
