/*
  Index template, lifecycle and their parts for Elasticsearch and OpenSearch, from one list of fields. Types by the ECS
  9.4.0 field reference where both products have them. What the ECS mapper writes and what stands here is compared by
  a test.
*/

export type Product = 'elasticsearch' | 'opensearch'

type Mapping = Readonly<Record<string, unknown>>

/** A longer text is stored and not indexed, instead of refused. */
const KEYWORD = { type: 'keyword', ignore_above: 1024 }
const TEXT = { type: 'match_only_text' }
/** Stored, and neither searched nor counted: the record as it was received. */
const KEPT = { type: 'keyword', index: false, doc_values: false }
const DATE = { type: 'date', ignore_malformed: true }
const LONG = { type: 'long', ignore_malformed: true }
const IP = { type: 'ip', ignore_malformed: true }
const PLACE = { type: 'geo_point', ignore_malformed: true }
/** One field for an object of any shape, so that no payload can conflict with an earlier one. */
const ANY_SHAPE: Readonly<Record<Product, Mapping>> = {
  elasticsearch: { type: 'flattened', ignore_above: 1024 },
  opensearch: { type: 'flat_object' },
}

const keywords = (prefix: string, names: string) => names.split(' ').map(name => [`${prefix}.${name}`, KEYWORD] as const)

/** By full name. */
function fieldsFor(product: Product): ReadonlyMap<string, Mapping> {
  return new Map<string, Mapping>([
    ['@timestamp', { type: 'date' }], // A data stream takes no other.
    ['message', TEXT],
    ['tags', KEYWORD],
    ['ecs.version', KEYWORD],
    ...keywords('data_stream', 'type dataset namespace'),
    ...keywords('event', 'kind category type action outcome id module dataset reason'),
    ['event.severity', LONG],
    ['event.created', DATE],
    ['event.original', KEPT],
    ['error.code', KEYWORD],
    ['error.message', TEXT],
    ...keywords('observer', 'vendor product'),
    ...keywords('organization', 'id name'),
    ...keywords('cloud', 'provider project.id project.name'),
    ...keywords('user', 'id email name domain target.id target.email target.name target.roles'),
    ...keywords('group', 'id name'),
    ['source.address', KEYWORD],
    ['source.ip', IP],
    ['source.as.number', LONG],
    ...keywords('source.geo', 'city_name country_iso_code country_name region_name region_iso_code'),
    ['source.geo.location', PLACE],
    ['user_agent.original', KEYWORD],
    ['tls.client.ja3', KEYWORD],
    ['related.ip', IP],
    ['related.user', KEYWORD],
    ...keywords('threat', 'framework technique.id technique.subtechnique.id'),
    ...keywords('openai.audit', 'id type object project.id project.name target.id target.name target.type'),
    ...keywords('openai.audit.actor', 'type session.ja4 api_key.id api_key.type api_key.service_account.id'),
    ['openai.audit.details', ANY_SHAPE[product]],
    ['openai.audit.unmapped', ANY_SHAPE[product]],
  ])
}

type Properties = Record<string, { properties?: Properties; [setting: string]: unknown }>

function mappingsFor(product: Product): object {
  const properties: Properties = {}
  for (const [name, mapping] of fieldsFor(product)) {
    const path = name.split('.')
    const last = path.pop()!
    let at = properties
    for (const part of path) {
      at[part] ??= { properties: {} }
      at = at[part].properties!
    }
    at[last] = { ...mapping }
  }
  // A field that OpenAI adds may change its shape any day: it is stored, and not indexed before it is listed here.
  properties.openai!.properties!.audit = { dynamic: 'false', ...properties.openai!.properties!.audit }
  return {
    date_detection: false,
    numeric_detection: false,
    // For what other formats or pipelines add: as keywords, a number and a text under one name do not conflict.
    dynamic_templates: ['string', 'long', 'double', 'boolean'].map(type => ({
      [`${type}_as_keyword`]: { match_mapping_type: type, mapping: KEYWORD },
    })),
    properties,
  }
}

const NAME = 'tailrace-openai-audit'
export const PATTERN = 'logs-openai.audit-*'
/** Above those of the products themselves (100) and of Elastic's integrations (200). */
const PRIORITY = 300
const META = { description: 'OpenAI audit logs in the Elastic Common Schema, as Tailrace sends them.', managed_by: 'tailrace' }

export function indexTemplate(product: Product): object {
  return {
    index_patterns: [PATTERN],
    priority: PRIORITY,
    data_stream: {},
    _meta: META,
    template: {
      settings: {
        index: {
          ...(product === 'elasticsearch' && { lifecycle: { name: NAME } }),
          codec: 'best_compression',
          mapping: { total_fields: { limit: 2000 } },
        },
      },
      mappings: mappingsFor(product),
    },
  }
}

const ROLLOVER_AGE = '30d'
const ROLLOVER_SIZE = '50gb'
const KEPT_FOR = '365d'

/** ILM of Elasticsearch, ISM of OpenSearch: a new backing index each month or 50 GB, and a year's retention. */
export function lifecycle(product: Product): object {
  if (product === 'elasticsearch') {
    return {
      policy: {
        _meta: META,
        phases: {
          hot: { min_age: '0ms', actions: { rollover: { max_age: ROLLOVER_AGE, max_primary_shard_size: ROLLOVER_SIZE } } },
          delete: { min_age: KEPT_FOR, actions: { delete: {} } },
        },
      },
    }
  }
  return {
    policy: {
      description: META.description,
      default_state: 'hot',
      states: [
        {
          name: 'hot',
          actions: [{ rollover: { min_index_age: ROLLOVER_AGE, min_primary_shard_size: ROLLOVER_SIZE } }],
          transitions: [{ state_name: 'delete', conditions: { min_rollover_age: KEPT_FOR } }],
        },
        { name: 'delete', actions: [{ delete: {} }], transitions: [] },
      ],
      ism_template: [{ index_patterns: [PATTERN], priority: PRIORITY }],
    },
  }
}
