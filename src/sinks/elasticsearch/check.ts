import { BlockedError, type TailraceError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import type { IndexTemplate } from './index_name.ts'
import { type Ask, look } from './replays.ts'

interface CheckOptions {
  /** GET without a body, POST with one; gives whatever is answered. */
  readonly request: (path: string, body?: string) => Promise<HttpAnswer>
  readonly errorOf: (answer: HttpAnswer, path: string) => TailraceError
  readonly asking: Ask
  readonly template: IndexTemplate
  /** Whether events are looked for before they are written. */
  readonly looks: boolean
  /** Where the credentials come from. */
  readonly login: string
}

/** Resolves when the node answers as one, knows us, and lets us do what writing needs, as far as it says so without an event. */
export async function checkHost(options: CheckOptions): Promise<void> {
  const { request, errorOf, asking, template, looks } = options
  const root = await request('/')
  // A user who may write alone is not told the version.
  if (root.status !== 200 && root.status !== 403) throw errorOf(root, '/')
  const isElasticsearch = root.headers['x-elastic-product'] !== undefined
  if (root.status === 200 && !isJsonObject(parseJsonObject(root.text)?.version)) {
    throw new BlockedError('elasticsearch.not_elasticsearch', `What answers there is neither Elasticsearch nor OpenSearch: look at urls.`)
  }
  if (isElasticsearch) await checkPrivileges(options)
  await checkTarget(options)
  if (!looks) return
  // No event has this id. Finding nothing takes both searches and the refresh, so it needs every right.
  if (template.only !== undefined) await look(template.only, [' '], asking)
}

const PRIVILEGES_PATH = '/_security/user/_has_privileges'

/** Every user may ask for its own privileges ("Has privileges API", elastic.co). OpenSearch has no such call. */
async function checkPrivileges({ request, errorOf, template, looks, login }: CheckOptions): Promise<void> {
  const wanted = ['create_doc', ...(looks ? ['read', 'maintenance'] : [])]
  const answer = await request(PRIVILEGES_PATH, JSON.stringify({ index: [{ names: [template.pattern], privileges: wanted }] }))
  if (answer.status === 401) throw errorOf(answer, PRIVILEGES_PATH)
  if (answer.status !== 200) return // Security is switched off: everybody may do everything.
  const { has_all_requested: hasAll, index } = parseJsonObject(answer.text) ?? {}
  if (hasAll !== false) return
  const has = isJsonObject(index) && isJsonObject(index[template.pattern]) ? index[template.pattern] : {}
  const missing = wanted.filter(name => !isJsonObject(has) || has[name] !== true)
  throw new BlockedError(
    'elasticsearch.denied',
    `The user lacks on ${template.pattern} the privileges ${missing.join(', ')}: grant them. ${login}.`,
  )
}

/**
 * Whether there is something to write to, or a template for it: without one, the first event would make an index whose
 * fields are guessed from it. Says nothing where the user may not ask.
 */
async function checkTarget({ request, template: { only } }: CheckOptions): Promise<void> {
  if (only === undefined) return
  const name = encodeURIComponent(only)
  const resolved = await request(`/_resolve/index/${name}`)
  if (resolved.status !== 404 && !isNothing(parseJsonObject(resolved.text))) return
  const simulated = await request(`/_index_template/_simulate_index/${name}`, '')
  const template = parseJsonObject(simulated.text)
  if (simulated.status !== 200 || template === undefined || Object.keys(template).length > 0) return
  throw new BlockedError(
    'elasticsearch.target',
    `There is no data stream, alias or index ${only} yet, and no index template for it: \`tailrace assets elasticsearch\` installs one. Without it, fields are guessed from the first event.`,
  )
}

/** Whether an answer of the resolve call names nothing. An answer of another shape may name something. */
function isNothing(resolved: JsonObject | undefined): boolean {
  const lists = [resolved?.indices, resolved?.aliases, resolved?.data_streams]
  return lists.every(list => Array.isArray(list) && list.length === 0)
}
