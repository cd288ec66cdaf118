/** Requests to a search node as its administrator makes them, not through our own client. */
export interface SearchReader {
  /** Throws on an answer that is no success. */
  call(method: string, path: string, body?: unknown): Promise<unknown>
  /** Every `_id` behind a name, sorted, with its repeats. */
  ids(name: string): Promise<string[]>
  /** By id; of an id that stands there twice, one. */
  sources(name: string): Promise<Map<string, Record<string, unknown>>>
  /** How many documents stand behind a name as its last refresh shows them. */
  count(name: string): Promise<number>
}

interface Hit {
  readonly _id: string
  readonly _source: Record<string, unknown>
}

const PAGE_HITS = 10_000

export function searchReader(ask: (method: string, path: string, body?: string) => unknown): SearchReader {
  const call = async (method: string, path: string, body?: unknown) =>
    await ask(method, path, body === undefined ? undefined : JSON.stringify(body))

  async function* hits(name: string, source: boolean): AsyncGenerator<Hit> {
    await call('POST', `/${name}/_refresh`)
    type Page = { readonly _scroll_id: string; readonly hits: { readonly hits: readonly Hit[] } }
    let page = (await call('POST', `/${name}/_search?scroll=1m`, { size: PAGE_HITS, _source: source, sort: ['_doc'] })) as Page
    while (page.hits.hits.length > 0) {
      yield* page.hits.hits
      page = (await call('POST', '/_search/scroll', { scroll: '1m', scroll_id: page._scroll_id })) as Page
    }
  }

  return {
    call,
    ids: async name => (await Array.fromAsync(hits(name, false))).map(({ _id }) => _id).toSorted(),
    sources: async name => new Map((await Array.fromAsync(hits(name, true))).map(({ _id, _source }) => [_id, _source])),
    count: async name => ((await call('GET', `/${name}/_count`)) as { count: number }).count,
  }
}

/** For a node without a login. */
export function plainReader(url: string): SearchReader {
  return searchReader(async (method, path, body) => {
    const response = await fetch(url + path, {
      method,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
    return JSON.parse(text)
  })
}
