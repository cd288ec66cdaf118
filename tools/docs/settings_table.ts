import { isJsonObject, type JsonObject, type JsonValue } from '../../src/core/json.ts'
import { cell } from './markdown.ts'

/** One row a setting, nested ones by their dotted name. */
export function settingsTable(schema: JsonObject, except: readonly string[] = []): string {
  const rows = rowsOf(schema, '').filter(({ name }) => !except.includes(name))
  const lines = rows.map(({ name, type, preset, description }) => `| \`${name}\` | ${cell(type)} | ${preset} | ${cell(description)} |`)
  return `| setting | value | default | meaning |\n|---|---|---|---|\n${lines.join('\n')}\n`
}

interface Row {
  readonly name: string
  readonly type: string
  readonly preset: string
  readonly description: string
}

/** `group` is what may be left out as a whole. */
function rowsOf(schema: JsonObject, prefix: string, group?: string): readonly Row[] {
  const required = Array.isArray(schema.required) ? (schema.required as readonly string[]) : []
  return Object.entries(isJsonObject(schema.properties) ? schema.properties : {}).flatMap(([key, setting]) => {
    if (!isJsonObject(setting)) return []
    const name = `${prefix}${key}`
    if (isJsonObject(setting.properties)) return rowsOf(setting, `${name}.`, required.includes(key) ? group : name)
    const needed = required.includes(key) ? `**required**${group === undefined ? '' : ` with \`${group}\``}` : ''
    const preset = setting.default === undefined ? needed : `\`${shown(setting.default)}\``
    const description = typeof setting.description === 'string' ? setting.description : ''
    return [{ name, type: typeWords(setting), preset, description }]
  })
}

/** As it has to be written in YAML, where `1.2` alone is a number. */
const shown = (value: JsonValue | undefined) => (typeof value === 'string' && !/^\d+(\.\d+)?$/.test(value) ? value : JSON.stringify(value))

function typeWords(setting: JsonObject): string {
  if (setting.writeOnly === true) return 'secret'
  if (Array.isArray(setting.enum)) return (setting.enum as readonly JsonValue[]).map(value => `\`${shown(value)}\``).join(' ')
  if (setting.const !== undefined) return `\`${shown(setting.const)}\``
  const base =
    typeof setting.format === 'string' ? setting.format.split(',')[0]! : typeof setting.type === 'string' ? setting.type : 'value'
  if (setting.type === 'array' && isJsonObject(setting.items)) return `list of ${typeWords(setting.items)}`
  if (setting.type === 'object' && isJsonObject(setting.additionalProperties)) return `map of ${typeWords(setting.additionalProperties)}`
  const alternatives = setting.anyOf ?? setting.oneOf
  if (setting.type === undefined && Array.isArray(alternatives)) {
    return [...new Set((alternatives as readonly JsonValue[]).filter(isJsonObject).map(typeWords))].join(' or ')
  }
  return `${NAMES[base] ?? base}${limits(setting)}`
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: '`true` `false`',
  uri: 'URL',
  number: 'number',
}

function limits({ minimum, maximum }: JsonObject): string {
  const isBound = (value: JsonValue | undefined) =>
    typeof value === 'string' || (typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER)
  return `${isBound(minimum) ? ` from ${shown(minimum)}` : ''}${isBound(maximum) ? ` to ${shown(maximum)}` : ''}`
}
