import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Writes what the OCSF validator needs of an official release: `node tools/schema/ocsf.ts PATH`.
 *
 * PATH is a JSON file derived from the compiled schema of ocsf/ocsf-schema: classes and objects hold
 * `attrs`, each an index into `defs`: `t` type, `o` object, `a` 1 if a list, `r` requirement, `p` profiles,
 * `e` captions of an enum, `s` its sibling, `x` deprecated.
 *
 * In the output an attribute is `type`, `type[]`, with `!` if required, `@profile`, `~` if deprecated; an
 * object is `#name`. Objects that no mapped event holds are left out: the validator reports their use.
 */
interface Definition {
  readonly t: string
  readonly o?: string
  readonly a?: number
  readonly r: string
  readonly p?: readonly string[]
  readonly e?: Readonly<Record<string, string | { readonly c: string }>>
  readonly s?: string
  readonly x?: object
}
interface Item {
  readonly name?: string
  readonly caption: string
  readonly constraints?: Readonly<Record<string, readonly string[]>>
  readonly attrs: Readonly<Record<string, number>>
}
interface Official {
  readonly schema: { readonly version: string }
  readonly types: Readonly<Record<string, object>>
  readonly profiles: Readonly<Record<string, object>>
  readonly observables: Readonly<Record<string, object>>
  readonly defs: readonly Definition[]
  readonly classes: Readonly<Record<string, Item>>
  readonly objects: Readonly<Record<string, Item>>
}

const CLASSES = ['0', '3001', '3002', '3004', '3005', '3006']
const PROFILES = ['cloud', 'host', 'security_control']
const OBJECTS =
  'account actor attack autonomous_system cloud feature fingerprint group http_request location ' +
  'managed_entity metadata network_endpoint object observable organization policy product ' +
  'programmatic_credential resource_details service sub_technique technique user'

const official = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Official
const { version } = official.schema

function attributesOf(item: Item): Map<string, unknown> {
  const attributes = Object.entries(item.attrs).map(([name, index]) => [name, official.defs[index]!] as const)
  return new Map(
    attributes.filter(([, { p }]) => p === undefined || p.some(name => PROFILES.includes(name))).map(([name, d]) => [name, attribute(d)]),
  )
}

function attribute({ t, o, a, r, p, e, s, x }: Definition): unknown {
  const profile = p?.find(name => PROFILES.includes(name))
  const spec = `${t === 'object_t' ? `#${o}` : t}${a === 1 ? '[]' : ''}${r === 'required' ? '!' : ''}${x === undefined ? '' : '~'}${profile === undefined ? '' : `@${profile}`}`
  if (e === undefined) return spec
  const captions = Object.entries(e).map(([value, caption]) => [value, typeof caption === 'string' ? caption : `${caption.c}~`])
  return { spec, enum: Object.fromEntries(captions), ...(s === undefined ? {} : { sibling: s }) }
}

function written(attributes: Map<string, unknown>, indent: string): string {
  return [...attributes].map(([name, value]) => `${indent}${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',\n')
}

const classes = CLASSES.map(uid => ({ uid, item: official.classes[uid]!, attributes: attributesOf(official.classes[uid]!) }))
const [first] = classes
const common = new Map(
  [...first!.attributes].filter(([name, value]) =>
    classes.every(({ attributes }) => JSON.stringify(attributes.get(name)) === JSON.stringify(value)),
  ),
)
const classText = classes.map(({ uid, item, attributes }) => {
  const own = new Map([...attributes].filter(([name]) => !common.has(name)))
  const head = `"name": ${JSON.stringify(item.name)}, "constraints": ${JSON.stringify(item.constraints ?? {})}`
  return `    "${uid}": {\n      ${head},\n      "attributes": {\n${written(own, '        ')}\n      }\n    }`
})
const objectText = OBJECTS.split(' ')
  .filter(name => official.objects[name] !== undefined)
  .map(name => {
    const item = official.objects[name]!
    const attributes = written(attributesOf(item), '        ')
    return `    "${name}": {\n      "constraints": ${JSON.stringify(item.constraints ?? {})},\n      "attributes": {${attributes === '' ? '' : `\n${attributes}\n      `}}\n    }`
  })
const types = Object.entries(official.types).map(([name, type]) => `    ${JSON.stringify(name)}: ${JSON.stringify(type)}`)

writeFileSync(
  new URL(`../../src/mappers/ocsf/schema_${version.replaceAll('.', '_')}.json`, import.meta.url),
  `{
  "version": ${JSON.stringify(version)},
  "profiles": ${JSON.stringify(Object.keys(official.profiles))},
  "types": {
${types.join(',\n')}
  },
  "common": {
${written(common, '    ')}
  },
  "classes": {
${classText.join(',\n')}
  },
  "objects": {
${objectText.join(',\n')}
  }
}
`,
)
