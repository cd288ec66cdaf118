import { ID, PANELS, type Panel, type SavedObject } from './elasticsearch_panels.ts'
import { PATTERN } from './elasticsearch_template.ts'

/*
  One dashboard as saved objects, one JSON a line, in the shape of version 7.0, which Kibana 7 and later and OpenSearch
  Dashboards import and migrate ("Import objects API" and "Saved objects", elastic.co and docs.opensearch.org).
*/

const COLUMNS = 48

/** Left to right, row by row; panels of a row are equally high. */
function placed(): readonly (Panel & { readonly x: number; readonly y: number })[] {
  let [x, y] = [0, 0]
  return PANELS.map(panel => {
    const at = { ...panel, x, y }
    x += panel.width
    if (x >= COLUMNS) [x, y] = [0, y + panel.height]
    return at
  })
}

function dashboard(): SavedObject {
  const panels = placed().map(({ width, height, x, y }, index) => ({
    version: '7.0.0',
    panelIndex: String(index + 1),
    gridData: { x, y, w: width, h: height, i: String(index + 1) },
    embeddableConfig: {},
    panelRefName: `panel_${index}`,
  }))
  const searchSourceJSON = JSON.stringify({ query: { query: '', language: 'kuery' }, filter: [] })
  return {
    id: ID,
    type: 'dashboard',
    attributes: {
      title: '[OpenAI audit] Overview',
      description: 'OpenAI audit logs in the Elastic Common Schema, as Tailrace sends them.',
      hits: 0,
      optionsJSON: JSON.stringify({ useMargins: true, hidePanelTitles: false }),
      panelsJSON: JSON.stringify(panels),
      timeRestore: true,
      timeFrom: 'now-7d',
      timeTo: 'now',
      refreshInterval: { pause: true, value: 0 },
      version: 1,
      kibanaSavedObjectMeta: { searchSourceJSON },
    },
    references: PANELS.map(({ object: { type, id } }, index) => ({ name: `panel_${index}`, type, id })),
  }
}

/** All objects, each after those that it names. */
function dashboardObjects(): readonly SavedObject[] {
  const pattern: SavedObject = {
    id: ID,
    type: 'index-pattern',
    attributes: { title: PATTERN, timeFieldName: '@timestamp' },
    references: [],
  }
  return [pattern, ...PANELS.map(({ object }) => object), dashboard()]
}

export const dashboardNdjson = () =>
  dashboardObjects()
    .map(object => `${JSON.stringify(object)}\n`)
    .join('')
