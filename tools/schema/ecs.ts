import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Writes what the ECS validator needs of the official field list: `node tools/schema/ecs.ts PATH`.
 *
 * PATH is a JSON file derived from `generated/ecs/ecs_flat.yml` of elastic/ecs: `fields` by name, each with
 * `t` type, `n` 1 if it is always a list, `a` allowed values; `category_types` expected types by category.
 */
interface Official {
  readonly schema: { readonly version: string }
  readonly category_types: Readonly<Record<string, readonly string[]>>
  readonly fields: Readonly<Record<string, { readonly t: string; readonly n?: number; readonly a?: readonly string[] }>>
}

/** The field sets an audit event can touch; a field outside of them is reported as unknown. */
const SETS =
  /^(@timestamp|message|tags|labels|(ecs|data_stream|event|observer|organization|cloud|user|group|source|user_agent|related|error)\..+|tls\.client\..+|threat\.(framework|tactic|technique)\b.*)$/
const LEFT_OUT = /\.(entity|x509|os|ingress|egress|origin|nat)\.|^cloud\.(target|service|machine)\b/
const OUTPUT = new URL('../../src/mappers/ecs/schema.json', import.meta.url)

const official = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Official
const chosen = Object.entries(official.fields).filter(([name]) => SETS.test(name) && !LEFT_OUT.test(name))

const fields = chosen.map(([name, { t, n }]) => `    ${JSON.stringify(name)}: ${JSON.stringify(n === 1 ? `${t}[]` : t)}`)
const allowed = chosen.flatMap(([name, { a }]) => (a === undefined ? [] : [`    ${JSON.stringify(name)}: ${JSON.stringify(a)}`]))
const categories = Object.entries(official.category_types).map(([name, types]) => `    ${JSON.stringify(name)}: ${JSON.stringify(types)}`)
writeFileSync(
  OUTPUT,
  `{
  "version": ${JSON.stringify(official.schema.version)},
  "category_types": {
${categories.join(',\n')}
  },
  "allowed": {
${allowed.join(',\n')}
  },
  "fields": {
${fields.join(',\n')}
  }
}
`,
)
