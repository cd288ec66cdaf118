import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Behaviour, misbehave } from './misbehaviour.ts'
import { type Served, serve, textOf } from './requests.ts'

interface StoredDocument {
  readonly id: string
  readonly index: string
  /** As it stood in the body. */
  readonly text: string
}

interface ItemAnswer {
  readonly status: number
  readonly error?: object
  readonly failure_store?: string
}

export type SearchMode = Behaviour | 'lost_answer'

export interface SearchDouble extends Served {
  readonly documents: readonly StoredDocument[]
  /** Bulk requests that had a good login. */
  readonly requests: number
  /** Paths of all requests that had a good login, without the query. */
  readonly paths: readonly string[]
  mode: SearchMode
  /** How an item is answered instead of being stored, by id. */
  readonly answers: Map<string, ItemAnswer>
  /** The answer to refresh and search, when it is no success. */
  lookStatus: number
  lookError: object
  /** A whole bulk request is answered with it. */
  wholeAnswer: { status: number; body: string } | undefined
  /** A refresh passes over every shard, and says nothing but their number. */
  recovering: boolean
  /** Every name has a new backing index from now on. */
  rollover(): void
}

/** The key is `some:secret-key`. */
const AUTHORIZATION = 'ApiKey c29tZTpzZWNyZXQta2V5'

/**
 * A stand-in for the bulk, search and refresh calls, stricter than lenient: an id is unique in its backing index alone,
 * a search sees what was there at the last refresh, a body has to end with a line break. Answers as OpenSearch 2.19
 * gives them.
 */
export async function startSearchDouble(): Promise<SearchDouble> {
  const documents: (StoredDocument & { readonly generation: number })[] = []
  const paths: string[] = []
  let [requests, generation, visible] = [0, 1, 0]
  const double = {
    ...(await serve(answer)),
    documents,
    paths,
    mode: 'accept' as SearchMode,
    answers: new Map<string, ItemAnswer>(),
    lookStatus: 200,
    lookError: { type: 'security_exception', reason: 'no permissions' } as object,
    recovering: false,
    wholeAnswer: undefined as SearchDouble['wholeAnswer'],
    get requests() {
      return requests
    },
    rollover: () => void generation++,
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request)
    const reply = (status: number, json: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
    if (request.headers.authorization !== AUTHORIZATION)
      return void response.writeHead(401, { 'content-type': 'text/plain' }).end('Unauthorized')
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://any').pathname)
    paths.push(path)
    if (path === '/') return void reply(200, { version: { number: '2.19.4', distribution: 'opensearch' } })
    const index = path.split('/')[1] ?? ''
    if (path.endsWith('/_bulk')) return bulk(response, index === '_bulk' ? undefined : index, body)
    if (double.lookStatus !== 200) return void reply(double.lookStatus, { error: double.lookError })
    if (path.endsWith('/_refresh')) {
      if (double.recovering) return void reply(200, { _shards: { total: 2 * generation, successful: 0, failed: 0 } })
      visible = documents.length
      return void reply(200, { _shards: { total: 2 * generation, successful: generation, failed: 0 } })
    }
    if (path.endsWith('/_search')) return void reply(200, search(index, body))
    reply(404, { error: { type: 'invalid', reason: 'no handler found' } })
  }

  function search(index: string, body: string): object {
    const { query, size } = JSON.parse(body) as { query: { ids: { values: string[] } }; size: number }
    const ids = new Set(query.ids.values)
    const hits = documents.slice(0, visible).filter(document => document.index === index && ids.has(document.id))
    return { timed_out: false, _shards: { total: generation }, hits: { hits: hits.slice(0, size).map(({ id }) => ({ _id: id })) } }
  }

  function bulk(response: ServerResponse, index: string | undefined, body: string): void {
    requests++
    if (double.wholeAnswer !== undefined) {
      response.writeHead(double.wholeAnswer.status).end(double.wholeAnswer.body)
      return
    }
    switch (double.mode) {
      case 'accept':
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(create(index, body)))
        break
      case 'busy':
        response.writeHead(429).end('{"error":{"type":"rejected_execution_exception","reason":"too much"},"status":429}')
        break
      case 'lost_answer':
        create(index, body)
        misbehave(response, 'reset')
        break
      default:
        misbehave(response, double.mode, { hugeBytes: 20 * 1024 * 1024 }) // Its answers are read up to a higher bound than others.
    }
  }

  function create(index: string | undefined, body: string): object {
    const lines = body.split('\n')
    if (lines.pop() !== '' || lines.length % 2 !== 0) throw new Error('The bulk request must be terminated by a newline [\\n]')
    const items = []
    for (let at = 0; at < lines.length; at += 2) {
      const { create: action } = JSON.parse(lines[at]!) as { create: { _id: string; _index?: string } }
      const text = lines[at + 1]!
      if ((JSON.parse(text) as Record<string, unknown>)['@timestamp'] === undefined)
        throw new Error('data stream timestamp field is missing')
      items.push({ create: { _id: action._id, ...store(action._index ?? index!, action._id, text) } })
    }
    return { took: 1, errors: items.some(({ create: { status } }) => status >= 300), items }
  }

  function store(index: string, id: string, text: string): ItemAnswer {
    const told = double.answers.get(id)
    if (told !== undefined) return told
    if (documents.some(other => other.index === index && other.id === id && other.generation === generation))
      return {
        status: 409,
        error: { type: 'version_conflict_engine_exception', reason: `[${id}]: version conflict, document already exists` },
      }
    documents.push({ id, index, text, generation })
    return { status: 201 }
  }

  return double
}
