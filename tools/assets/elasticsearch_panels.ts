/** Of the dashboard and its index pattern, and the beginning of every other id. */
export const ID = 'tailrace-openai-audit'
const INDEX_REFERENCE = 'kibanaSavedObjectMeta.searchSourceJSON.index'

export interface SavedObject {
  readonly id: string
  readonly type: 'index-pattern' | 'visualization' | 'search' | 'dashboard'
  readonly attributes: Readonly<Record<string, unknown>>
  readonly references: readonly { readonly name: string; readonly type: string; readonly id: string }[]
}

export interface Panel {
  readonly object: SavedObject
  /** Of 48 columns. */
  readonly width: number
  readonly height: number
}

const COUNT = { id: '1', enabled: true, type: 'count', schema: 'metric', params: {} }

function terms(id: string, field: string, schema: string, size: number, label: string) {
  const params = { field, size, order: 'desc', orderBy: '1', otherBucket: false, missingBucket: false, customLabel: label }
  return { id, enabled: true, type: 'terms', schema, params }
}

const onIndex = (query: string) => ({
  meta: {
    kibanaSavedObjectMeta: {
      searchSourceJSON: JSON.stringify({ query: { query, language: 'kuery' }, filter: [], indexRefName: INDEX_REFERENCE }),
    },
  },
  references: [{ name: INDEX_REFERENCE, type: 'index-pattern', id: ID }],
})

interface Visualization {
  readonly name: string
  readonly title: string
  /** KQL. */
  readonly query?: string
  readonly type: string
  readonly params: object
  readonly aggs: readonly object[]
}

function visualization({ name, title, query = '', type, params, aggs }: Visualization): SavedObject {
  const { meta, references } = onIndex(query)
  const visState = JSON.stringify({ title, type, params: { type, ...params }, aggs })
  return {
    id: `${ID}-${name}`,
    type: 'visualization',
    attributes: { title: `[OpenAI audit] ${title}`, description: '', uiStateJSON: '{}', version: 1, visState, ...meta },
    references,
  }
}

const table = (name: string, title: string, field: string, label: string, query?: string) =>
  visualization({
    name,
    title,
    ...(query !== undefined && { query }),
    type: 'table',
    params: { perPage: 10, showPartialRows: false, showMetricsAtAllLevels: false, showTotal: false, totalFunc: 'sum', percentageCol: '' },
    aggs: [COUNT, terms('2', field, 'bucket', 20, label)],
  })

const pie = (name: string, title: string, field: string, label: string) =>
  visualization({
    name,
    title,
    type: 'pie',
    params: {
      addTooltip: true,
      addLegend: true,
      legendPosition: 'right',
      isDonut: true,
      labels: { show: false, values: true, last_level: true, truncate: 100 },
    },
    aggs: [COUNT, terms('2', field, 'segment', 10, label)],
  })

const number = (name: string, title: string, query: string) =>
  visualization({
    name,
    title,
    query,
    type: 'metric',
    params: {
      addTooltip: true,
      addLegend: false,
      metric: {
        percentageMode: false,
        useRanges: false,
        colorSchema: 'Green to Red',
        metricColorMode: 'None',
        colorsRange: [{ from: 0, to: 10_000 }],
        labels: { show: true },
        invertColors: false,
        style: { bgFill: '#000', bgColor: false, labelColor: false, subText: '', fontSize: 48 },
      },
    },
    aggs: [{ ...COUNT, params: { customLabel: title } }],
  })

function overTime(): SavedObject {
  const params = {
    field: '@timestamp',
    interval: 'auto',
    useNormalizedEsInterval: true,
    drop_partials: false,
    min_doc_count: 1,
    extended_bounds: {},
  }
  const axis = { show: true, style: {}, labels: { show: true, truncate: 100 }, title: {} }
  return visualization({
    name: 'over-time',
    title: 'Events over time, by outcome',
    type: 'histogram',
    params: {
      grid: { categoryLines: false },
      categoryAxes: [{ id: 'CategoryAxis-1', type: 'category', position: 'bottom', scale: { type: 'linear' }, ...axis }],
      valueAxes: [
        {
          id: 'ValueAxis-1',
          name: 'LeftAxis-1',
          type: 'value',
          position: 'left',
          scale: { type: 'linear', mode: 'normal' },
          ...axis,
          title: { text: 'Events' },
        },
      ],
      seriesParams: [
        {
          show: true,
          type: 'histogram',
          mode: 'stacked',
          data: { label: 'Events', id: '1' },
          valueAxis: 'ValueAxis-1',
          drawLinesBetweenPoints: true,
          showCircles: true,
        },
      ],
      addTooltip: true,
      addLegend: true,
      legendPosition: 'right',
      times: [],
      addTimeMarker: false,
    },
    aggs: [
      COUNT,
      { id: '2', enabled: true, type: 'date_histogram', schema: 'segment', params },
      terms('3', 'event.outcome', 'group', 3, 'Outcome'),
    ],
  })
}

function latest(): SavedObject {
  const { meta, references } = onIndex('event.severity >= 47')
  const columns = ['event.action', 'event.outcome', 'user.name', 'source.ip', 'event.severity', 'message']
  return {
    id: `${ID}-latest`,
    type: 'search',
    attributes: {
      title: '[OpenAI audit] Latest events of medium severity and above',
      description: '',
      columns,
      sort: [['@timestamp', 'desc']],
      version: 1,
      ...meta,
    },
    references,
  }
}

const KEY_TYPES = 'api_key or admin_api_key or service_account or service_account_token or access_token or certificate'
const KEY_QUERY = `openai.audit.target.type: (${KEY_TYPES})`

/** Row by row, from left to right. */
export const PANELS: readonly Panel[] = [
  { object: number('failed', 'Failed actions', 'event.outcome: failure'), width: 12, height: 7 },
  {
    object: number('keys', 'Keys, tokens and certificates', KEY_QUERY),
    width: 12,
    height: 7,
  },
  { object: number('users', 'Changes to users, groups and roles', 'event.category: iam'), width: 12, height: 7 },
  { object: number('unknown', 'Events of a type unknown to the mapping', 'tags: openai_unknown_event_type'), width: 12, height: 7 },
  { object: overTime(), width: 48, height: 12 },
  { object: table('actions', 'Actions', 'event.action', 'Action'), width: 16, height: 15 },
  { object: table('actors', 'Who acted', 'user.name', 'User'), width: 16, height: 15 },
  {
    object: table('failed-logins', 'Failed logins', 'related.user', 'User', 'event.category: authentication and event.outcome: failure'),
    width: 16,
    height: 15,
  },
  { object: pie('countries', 'Where from', 'source.geo.country_iso_code', 'Country'), width: 16, height: 12 },
  { object: pie('projects', 'Projects', 'cloud.project.name', 'Project'), width: 16, height: 12 },
  { object: pie('targets', 'What was acted on', 'openai.audit.target.type', 'Target'), width: 16, height: 12 },
  { object: latest(), width: 48, height: 18 },
]
