import { BlockedError } from '../core/errors.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'
import { answerError } from '../sinks/elasticsearch/answer.ts'
import type { HttpAnswer } from '../toolkit/http/answer.ts'
import type { HttpEndpoint } from '../toolkit/http/endpoint.ts'

type Product = 'elasticsearch' | 'opensearch'

export interface InstallOptions {
  readonly endpoint: HttpEndpoint
  /** Of the cluster; its path is put before every other. */
  readonly url: URL
  /** Where the credentials come from. */
  readonly login: string
  /** Gives a file of the assets by its path below their folder. */
  readonly read: (path: string) => Promise<string>
  /** What the template is for, such as `logs-openai.audit-*`. */
  readonly pattern: string
  /** For indices that do not roll over: no data stream, no lifecycle. */
  readonly plain: boolean
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** What the shipped files are for. */
export const SHIPPED_PATTERN = 'logs-openai.audit-*'
/** Of the template and the lifecycle. */
const NAME = 'tailrace-openai-audit'

/** Installs lifecycle and index template; what is there already of the template is replaced. Throws what the cluster refuses. */
export async function installTemplate(options: InstallOptions): Promise<void> {
  const { plain, say } = options
  const product = await productOf(options)
  const hasLifecycle = !plain && (await installLifecycle(product, options))
  const template = parseJsonObject(await options.read(`${product}/index_template.json`)) ?? {}
  const body = adapted(template, { ...options, hasLifecycle })
  await send('PUT', `/_index_template/${NAME}`, JSON.stringify(body), options)
  say(`index template ${NAME} for ${options.pattern} installed`)
  await tellOfExisting(options)
}

/** The template as it fits this cluster. */
export function adapted(
  template: JsonObject,
  { pattern, plain, hasLifecycle }: { readonly pattern: string; readonly plain: boolean; readonly hasLifecycle: boolean },
): JsonObject {
  const { data_stream, template: inner, ...rest } = template
  const { settings, ...others } = inner as { settings: { index: JsonObject } }
  const { lifecycle, ...index } = settings.index
  const kept = hasLifecycle && lifecycle !== undefined ? { lifecycle, ...index } : index
  return {
    ...rest,
    index_patterns: [pattern],
    ...(plain ? {} : { data_stream }),
    template: { ...others, settings: { index: kept } },
  }
}

async function productOf(options: InstallOptions): Promise<Product> {
  const root = parseJsonObject((await send('GET', '/', undefined, options)).text)
  if (!isJsonObject(root?.version)) {
    throw new BlockedError(
      'elasticsearch.not_elasticsearch',
      `${options.url.origin} is neither Elasticsearch nor OpenSearch: look at the URL.`,
    )
  }
  return root.version.distribution === 'opensearch' ? 'opensearch' : 'elasticsearch'
}

const LIFECYCLES = {
  elasticsearch: { path: `/_ilm/policy/${NAME}`, what: 'index lifecycle management' },
  opensearch: { path: `/_plugins/_ism/policies/${NAME}`, what: 'index state management' },
} as const

/** Whether indices may be told of it. A cluster without the part that runs lifecycles can still take events. */
async function installLifecycle(product: Product, options: InstallOptions): Promise<boolean> {
  const { path, what } = LIFECYCLES[product]
  const policy = parseJsonObject(await options.read(`${product}/lifecycle.json`)) ?? {}
  if (product === 'opensearch' && isJsonObject(policy.policy)) {
    Object.assign(policy, { policy: { ...policy.policy, ism_template: [{ index_patterns: [options.pattern], priority: 300 }] } })
  }
  const answer = await request('PUT', path, JSON.stringify(policy), options)
  if (answer.status === 200 || answer.status === 201) {
    options.say(`lifecycle ${NAME} installed: a new backing index every 30 days or 50 GB, deleted after a year`)
    return true
  }
  if (answer.status === 409) {
    options.say(`lifecycle ${NAME} is there already and stays as it is`)
    return true
  }
  if (answer.status !== 400 && answer.status !== 404 && answer.status !== 405) throw errorOf(answer, path, options)
  options.say(`no lifecycle: this cluster has no ${what}; indices are kept until somebody deletes them (${answer.detail})`)
  return false
}

/** A template is for what is made after it. */
async function tellOfExisting(options: InstallOptions): Promise<void> {
  const { pattern, plain, say } = options
  const answer = await request('GET', `/_resolve/index/${encodeURIComponent(pattern)}`, undefined, options)
  if (answer.status !== 200) return
  const { indices, data_streams } = parseJsonObject(answer.text) ?? {}
  for (const name of namesOf(data_streams))
    say(`${name} is there already and follows the template from its next rollover on: POST /${name}/_rollover`)
  const plainOnes = Array.isArray(indices) ? indices.filter(index => isJsonObject(index) && index.data_stream === undefined) : []
  for (const name of namesOf(plainOnes)) {
    const remedy = plain
      ? 'keeps the mapping it has'
      : 'is no data stream: reindex it under another name and delete it, or the events go on into it'
    say(`${name} is there already and ${remedy}`)
  }
}

function namesOf(list: unknown): string[] {
  return Array.isArray(list)
    ? (list as unknown[]).flatMap(entry => (isJsonObject(entry) && typeof entry.name === 'string' ? [entry.name] : []))
    : []
}

async function send(method: 'GET' | 'PUT', path: string, body: string | undefined, options: InstallOptions): Promise<HttpAnswer> {
  const answer = await request(method, path, body, options)
  if (answer.status !== 200) throw errorOf(answer, path, options)
  return answer
}

function request(method: 'GET' | 'PUT', path: string, body: string | undefined, { endpoint, url, signal }: InstallOptions) {
  const headers = { 'content-type': 'application/json' }
  return endpoint.request({ method, path: basePath(url) + path, ...(body !== undefined && { body, headers }) }, signal)
}

function errorOf(answer: HttpAnswer, path: string, { endpoint, url, login, pattern }: InstallOptions) {
  const full = basePath(url) + path
  return answerError(answer, { url: new URL(full, url.origin), index: pattern, login, http: other => endpoint.errorOf(other, full) })
}

const basePath = ({ pathname }: URL) => pathname.replace(/\/+$/, '')

const BOUNDARY = 'tailrace-saved-objects'

/** Imports the dashboard into Kibana or OpenSearch Dashboards, over what is there ("Import objects API", elastic.co). */
export async function installDashboard(options: Omit<InstallOptions, 'plain'>): Promise<void> {
  const { endpoint, url, login, say, signal } = options
  const ndjson = (await options.read('dashboard.ndjson')).replace(JSON.stringify(SHIPPED_PATTERN), () => JSON.stringify(options.pattern))
  const path = `${basePath(url)}/api/saved_objects/_import?overwrite=true`
  const part = 'content-disposition: form-data; name="file"; filename="dashboard.ndjson"\r\ncontent-type: application/ndjson'
  const body = `--${BOUNDARY}\r\n${part}\r\n\r\n${ndjson}\r\n--${BOUNDARY}--\r\n`
  // Both want a header that no form of a foreign page can send; each its own.
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, 'kbn-xsrf': 'true', 'osd-xsrf': 'true' }
  const answer = await endpoint.request({ method: 'POST', path, headers, body }, signal)
  const full = new URL(path, url.origin)
  if (answer.status !== 200)
    throw answerError(answer, { url: full, index: 'saved objects', login, http: other => endpoint.errorOf(other, path) })
  const { success, successCount } = parseJsonObject(answer.text) ?? {}
  if (success !== true) {
    throw new BlockedError(
      'elasticsearch.dashboard',
      `${full.origin}${full.pathname} did not take the dashboard: ${answer.detail}. Look at --dashboards, which is the address of Kibana or OpenSearch Dashboards.`,
    )
  }
  say(`dashboard installed${typeof successCount === 'number' ? `: ${successCount} saved objects` : ''}`)
}
