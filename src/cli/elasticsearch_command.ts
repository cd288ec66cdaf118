import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Option } from 'commander'
import { loadConfig } from '../config/load.ts'
import { BlockedError, ConfigError, FatalError, TailraceError } from '../core/errors.ts'
import { REGISTRY } from '../registry.ts'
import { stopSignals } from '../service/stop_signals.ts'
import { type ElasticsearchConfig, elasticsearchConfig } from '../sinks/elasticsearch/config.ts'
import { indexTemplate } from '../sinks/elasticsearch/index_name.ts'
import { loginOf } from '../sinks/elasticsearch/login.ts'
import { systemClock } from '../toolkit/clock.ts'
import { createHttpEndpoint } from '../toolkit/http/endpoint.ts'
import { askedOnce } from '../toolkit/http/errors.ts'
import { httpOptions } from '../toolkit/http/settings.ts'
import { installDashboard, installTemplate, SHIPPED_PATTERN } from './elasticsearch_assets.ts'
import { EXIT, usageError } from './exit.ts'
import type { Io } from './io.ts'

export interface ElasticsearchOptions {
  readonly config?: readonly string[]
  readonly sink?: string
  readonly url?: string
  readonly caFile?: string
  readonly dashboards?: string
  readonly plain?: boolean
}

export const elasticsearchOptions = (): readonly Option[] => [
  new Option('-c, --config <path...>', 'installs into the cluster of the configuration’s elasticsearch sink'),
  new Option('--sink <id>', 'which sink, when there are several'),
  new Option('--url <url>', 'installs into this cluster; the login comes from ELASTIC_API_KEY, or ELASTIC_USERNAME and ELASTIC_PASSWORD'),
  new Option('--ca-file <path>', 'with --url: PEM file of the authorities to trust'),
  new Option('--dashboards <url>', 'also imports the dashboard into this Kibana or OpenSearch Dashboards, with the same login'),
  new Option('--plain', 'for plain indices instead of a data stream: no rollover, no lifecycle'),
]

const ANSWER_BYTES_MAX = 4 * 1024 * 1024

/** Installs the files of `folder`; undefined when the options name no cluster. */
export async function installElasticsearch(options: ElasticsearchOptions, folder: string, io: Io): Promise<number | undefined> {
  checkCluster(options)
  if (options.config === undefined && options.url === undefined) return undefined
  const config = options.url === undefined ? configured(options, io) : configOf(options, options.url, io)
  try {
    return await install(config, options, folder, io)
  } catch (cause) {
    if (!(cause instanceof TailraceError) || cause instanceof FatalError || cause instanceof ConfigError) throw cause
    throw new BlockedError(cause.code, askedOnce(cause.message), { cause })
  }
}

/** Refuses an option that would have no effect. */
function checkCluster({ config, url, sink, caFile, dashboards, plain }: ElasticsearchOptions): void {
  if (config !== undefined && url !== undefined) throw usageError('-c and --url each name a cluster: give one of them')
  if (config === undefined && sink !== undefined) throw usageError('--sink is for -c, which names the configuration')
  if (url === undefined && caFile !== undefined) throw usageError('--ca-file is for --url; with -c the sink has tls.ca_file')
  if (config !== undefined || url !== undefined) return
  const given = dashboards !== undefined ? '--dashboards' : plain === true ? '--plain' : undefined
  if (given !== undefined) throw usageError(`${given} is for an installation: give -c or --url, which names the cluster`)
}

async function install(config: ElasticsearchConfig, options: ElasticsearchOptions, folder: string, io: Io): Promise<number> {
  using stop = stopSignals(() => {})
  const login = loginOf(config)
  const read = (path: string) => readFile(join(folder, path), 'utf8')
  const common = { login: login.origin, read, pattern: patternOf(config), say: io.say, signal: stop.softStop }
  {
    const url = config.urls[0]!
    await using endpoint = opened(config, url)
    await installTemplate({ ...common, endpoint, url, plain: options.plain === true })
  }
  if (options.dashboards === undefined) {
    io.say(
      'dashboard not installed: give --dashboards, or import dashboard.ndjson (--out DIR writes it) under Stack Management, Saved Objects',
    )
    return EXIT.done
  }
  const url = URL.parse(options.dashboards)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw usageError(`--dashboards takes an http:// or https:// URL, not "${options.dashboards}"`)
  await using endpoint = opened(config, url)
  await installDashboard({ ...common, endpoint, url })
  return EXIT.done
}

/** One template for all namespaces of the data stream that is the default. */
function patternOf(config: ElasticsearchConfig): string {
  const { pattern } = indexTemplate(config.index)
  return pattern.startsWith(SHIPPED_PATTERN.slice(0, -1)) ? SHIPPED_PATTERN : pattern
}

function opened(config: ElasticsearchConfig, url: URL) {
  const http = httpOptions(config)
  const login = loginOf(config)
  const endpoint = createHttpEndpoint({
    ...http,
    component: 'elasticsearch',
    url,
    headers: () => ({ ...http.headers(), ...login.headers() }),
    concurrencyMax: 1,
    answerBytesMax: ANSWER_BYTES_MAX,
    clock: systemClock,
  })
  return Object.assign(endpoint, { [Symbol.asyncDispose]: () => endpoint.close() })
}

function configured({ config = [], sink: id }: ElasticsearchOptions, io: Io): ElasticsearchConfig {
  const { sinks } = loadConfig(config, { registry: REGISTRY, env: io.env })
  const candidates = sinks.filter(({ spec }) => spec.type === 'elasticsearch').filter(sink => id === undefined || sink.id === id)
  const [sink, another] = candidates
  if (sink === undefined) throw usageError(`The configuration has no elasticsearch sink${id === undefined ? '' : ` "${id}"`}`)
  if (another !== undefined)
    throw usageError(
      `The configuration has several elasticsearch sinks; name one with --sink: ${candidates.map(each => each.id).join(', ')}`,
    )
  return sink.own as ElasticsearchConfig
}

function configOf({ caFile }: ElasticsearchOptions, url: string, { env }: Io): ElasticsearchConfig {
  const set = (value: string | undefined) => (value === '' ? undefined : value)
  const result = elasticsearchConfig.safeParse({
    urls: [url],
    api_key: set(env.ELASTIC_API_KEY),
    username: set(env.ELASTIC_USERNAME),
    password: set(env.ELASTIC_PASSWORD),
    ...(caFile !== undefined && { tls: { ca_file: caFile } }),
  })
  if (result.success) return result.data
  throw usageError(`--url and its login are not usable: ${result.error.issues.map(({ message }) => message).join('; ')}`)
}
