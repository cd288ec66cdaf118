import { BlockedError, type TailraceError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { parsed } from './answer.ts'
import type { IndexTemplate } from './index_name.ts'
import { type Ask, search } from './replays.ts'

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
  if (root.status === 200 && !isJsonObject(parsed(root.text)?.version)) {
    throw new BlockedError('elasticsearch.not_elasticsearch', `What answers there is neither Elasticsearch nor OpenSearch: look at urls.`)
  }
  if (isElasticsearch) await checkPrivileges(options)
  if (!looks) return
  if (template.only !== undefined) await asking(`/${encodeURIComponent(template.only)}/_refresh?ignore_unavailable=true`, '', template.only)
  await search(template.pattern, [], asking)
}

const PRIVILEGES_PATH = '/_security/user/_has_privileges'

/** Everybody may ask what he himself may do ("Has privileges API", elastic.co). OpenSearch has no such question. */
async function checkPrivileges({ request, errorOf, template, looks, login }: CheckOptions): Promise<void> {
  const wanted = ['create_doc', ...(looks ? ['read', 'maintenance'] : [])]
  const answer = await request(PRIVILEGES_PATH, JSON.stringify({ index: [{ names: [template.pattern], privileges: wanted }] }))
  if (answer.status === 401) throw errorOf(answer, PRIVILEGES_PATH)
  if (answer.status !== 200) return // Its security is switched off: whoever comes may do everything.
  const { has_all_requested: hasAll, index } = parsed(answer.text) ?? {}
  if (hasAll !== false) return
  const has = isJsonObject(index) && isJsonObject(index[template.pattern]) ? index[template.pattern] : {}
  const missing = wanted.filter(name => !isJsonObject(has) || has[name] !== true)
  throw new BlockedError(
    'elasticsearch.denied',
    `The user lacks on ${template.pattern} the privileges ${missing.join(', ')}: grant them. ${login}.`,
  )
}
