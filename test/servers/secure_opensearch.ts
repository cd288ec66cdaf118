import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'
import { createAuthority } from './certificates.ts'
import { install } from './install/recipe.ts'
import { OPENSEARCH, OPENSEARCH_SECURITY } from './install/recipes.ts'
import { freePort } from './ports.ts'
import { ServerProcess } from './process.ts'
import { JVM_OPTIONS, MODULES } from './search_node.ts'

interface Login {
  readonly user: string
  readonly password: string
}

export type SecureOpensearch = ServerProcess & {
  /** `https://localhost:<port>` */
  readonly url: string
  /** Path of the CA's certificate. */
  readonly ca: string
  /** May do everything. */
  readonly admin: Login
  /** May write to `audit-*`, and nothing else. */
  readonly shipper: Login
  /** May write to `audit-*`, refresh and search it. */
  readonly keeper: Login
  /** A request as the administrator; throws on an answer that is no success. */
  asAdmin(method: string, path: string, body?: string): unknown
}

const ADMIN: Login = { user: 'admin', password: 'admin-secret' }
const SHIPPER: Login = { user: 'shipper', password: 'shipper-secret' }
const KEEPER: Login = { user: 'keeper', password: 'keeper-secret' }

/** OpenSearch with its security plugin: TLS, users and roles. */
export async function startSecureOpensearch(): Promise<SecureOpensearch> {
  const [home, security] = [install(OPENSEARCH), install(OPENSEARCH_SECURITY)]
  const classes = `${join(security, 'lib')}/*:${join(home, 'lib')}/*:${home}`
  const folder = temporaryFolder()
  const config = join(folder.path, 'home/config')
  mkdirSync(join(config, 'tls'), { recursive: true })
  cpSync(join(security, 'config'), join(config, 'opensearch-security'), { recursive: true })
  const authority = createAuthority(join(config, 'tls'))
  const node = authority.issue('node')
  writeUsers(join(config, 'opensearch-security'), classes)

  const port = await freePort()
  const url = `https://localhost:${port}`
  const asAdmin = (method: string, path: string, body?: string) => curl(url, authority.ca, ADMIN, method, path, body)
  const server = await ServerProcess.start({
    name: 'secure_opensearch',
    command: 'java',
    args: [
      ...JVM_OPTIONS,
      '-Xmx512m',
      '-cp',
      classes,
      'SearchNode',
      'home',
      ...MODULES.map(module => `+org.opensearch.${module}`),
      '+org.opensearch.security.OpenSearchSecurityPlugin',
      `http.port=${port}`,
      'plugins.security.allow_default_init_securityindex=true',
      'plugins.security.ssl.http.enabled=true',
      ...['transport', 'http'].flatMap(layer => [
        `plugins.security.ssl.${layer}.pemcert_filepath=${node.cert}`,
        `plugins.security.ssl.${layer}.pemkey_filepath=${node.key}`,
        `plugins.security.ssl.${layer}.pemtrustedcas_filepath=${authority.ca}`,
      ]),
    ],
    folder,
    // The node is up before its index of users is: until then it answers 503.
    ready: output => output.includes('READY') && isInitialized(() => asAdmin('GET', '/_cluster/health')),
  })
  return Object.assign(server, { url, ca: authority.ca, admin: ADMIN, shipper: SHIPPER, keeper: KEEPER, asAdmin })
}

function writeUsers(folder: string, classes: string): void {
  const meta = (type: string) => `_meta: {type: ${type}, config_version: 2}\n`
  const hashOf = ({ password }: Login) => {
    const output = execFileSync('java', ['-cp', classes, 'org.opensearch.security.tools.Hasher', '-p', password], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
    return output.trim().split('\n').at(-1)
  }
  writeFileSync(
    join(folder, 'internal_users.yml'),
    `${meta('internalusers')}admin: {hash: "${hashOf(ADMIN)}", reserved: false, backend_roles: [admin]}
shipper: {hash: "${hashOf(SHIPPER)}", reserved: false, opendistro_security_roles: [shipper_role]}
keeper: {hash: "${hashOf(KEEPER)}", reserved: false, opendistro_security_roles: [shipper_role, looker_role]}\n`,
  )
  writeFileSync(
    join(folder, 'roles.yml'),
    `${meta('roles')}shipper_role:
  cluster_permissions: [cluster_monitor, "indices:data/write/bulk*"]
  index_permissions: [{index_patterns: ["audit-*"], allowed_actions: [create_index, "indices:data/write/*", "indices:admin/mapping/put"]}]
looker_role:
  cluster_permissions: []
  index_permissions: [{index_patterns: ["audit-*"], allowed_actions: [read, "indices:admin/refresh*"]}]\n`,
  )
  writeFileSync(join(folder, 'roles_mapping.yml'), `${meta('rolesmapping')}all_access: {backend_roles: [admin]}\n`)
}

function isInitialized(ask: () => unknown): boolean {
  try {
    ask()
    return true
  } catch {
    return false // Not yet.
  }
}

/** Not our own client: what it says about TLS and logins is another's word. */
function curl(url: string, ca: string, { user, password }: Login, method: string, path: string, body: string | undefined): unknown {
  const data = body === undefined ? [] : ['-H', 'content-type: application/json', '--data-binary', body]
  const args = ['-sS', '--fail-with-body', '--cacert', ca, '-u', `${user}:${password}`, '-X', method, ...data, url + path]
  const answer = execFileSync('curl', args, { encoding: 'utf8', stdio: 'pipe' })
  return answer === '' ? undefined : JSON.parse(answer)
}
