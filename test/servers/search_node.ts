import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'
import { install } from './install/recipe.ts'
import { ELASTICSEARCH, OPENSEARCH } from './install/recipes.ts'
import { freePort } from './ports.ts'
import { ServerProcess } from './process.ts'

export interface SearchNodeOptions {
  /** Settings of the node, such as `{'http.max_content_length': '1mb'}`. */
  readonly settings?: Readonly<Record<string, string>>
}

export type SearchNode = ServerProcess & { readonly url: string }

/** Enough for the tests, and quick to start. */
export const JVM_OPTIONS = ['-Xms256m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** OpenSearch without its security plugin. */
export async function startOpensearch(options: SearchNodeOptions = {}): Promise<SearchNode> {
  return startNode('opensearch', install(OPENSEARCH), 'org.opensearch', options)
}

/** Elasticsearch 7.17: no data streams, no users, for both belong to its plugins. */
export async function startElasticsearch(options: SearchNodeOptions = {}): Promise<SearchNode> {
  return startNode('elasticsearch', install(ELASTICSEARCH), 'org.elasticsearch', options)
}

async function startNode(name: string, home: string, packageName: string, { settings = {} }: SearchNodeOptions): Promise<SearchNode> {
  const port = await freePort()
  const server = await ServerProcess.start({
    name,
    command: 'java',
    args: [
      ...JVM_OPTIONS,
      '-cp',
      `${join(home, 'lib')}/*:${home}`,
      'SearchNode',
      'home',
      ...MODULES.map(module => `+${packageName}.${module}`),
      `http.port=${port}`,
      ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
    ],
    folder: temporaryFolder(),
    ready: output => output.includes('READY'),
  })
  return Object.assign(server, { url: `http://127.0.0.1:${port}` })
}

/** What a node can't do without. */
export const MODULES = ['transport.Netty4Plugin', 'index.mapper.MapperExtrasPlugin']
