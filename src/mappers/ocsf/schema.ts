import SCHEMA_1_3_0 from './schema_1_3_0.json' with { type: 'json' }
import SCHEMA_1_8_0 from './schema_1_8_0.json' with { type: 'json' }
import type { OcsfVersionName } from './versions.ts'

/** An attribute of a class or object, read from the compact form that `tools/schema/ocsf.ts` writes. */
export interface Attribute {
  readonly name: string
  /** Of a value: `string_t`; undefined for an object. */
  readonly type: string | undefined
  /** Name of the object. */
  readonly objectName: string | undefined
  readonly isList: boolean
  readonly isRequired: boolean
  readonly isDeprecated: boolean
  /** Without this profile in `metadata.profiles` the attribute does not exist. */
  readonly profile: string | undefined
  /** Captions by value. */
  readonly captions: ReadonlyMap<string, string> | undefined
  readonly deprecatedValues: ReadonlySet<string>
  /** Holds the caption of the value. */
  readonly sibling: string | undefined
}

/** A class or an object. */
export interface Item {
  readonly attributes: ReadonlyMap<string, Attribute>
  readonly constraints: readonly { readonly kind: string; readonly names: readonly string[] }[]
  /** Takes any attribute. */
  readonly isOpen: boolean
}

export interface ValueType {
  /** The primitive type that it is at bottom. */
  readonly primitive: string
  readonly charsMax: number | undefined
  readonly pattern: RegExp | undefined
  readonly range: readonly [number, number] | undefined
}

export interface Schema {
  readonly version: string
  readonly profiles: ReadonlySet<string>
  readonly types: ReadonlyMap<string, ValueType>
  readonly classes: ReadonlyMap<number, Item>
  readonly objects: ReadonlyMap<string, Item>
}

type WrittenAttribute = string | { readonly spec: string; readonly enum: Readonly<Record<string, string>>; readonly sibling?: string }
interface WrittenItem {
  readonly constraints: Readonly<Record<string, readonly string[]>>
  readonly attributes: Readonly<Record<string, WrittenAttribute>>
}
interface WrittenType {
  readonly base?: string
  readonly max_len?: number
  readonly regex?: string
  readonly range?: readonly number[]
}
interface WrittenSchema {
  readonly version: string
  readonly profiles: readonly string[]
  readonly types: Readonly<Record<string, WrittenType>>
  readonly common: Readonly<Record<string, WrittenAttribute>>
  readonly classes: Readonly<Record<string, WrittenItem>>
  readonly objects: Readonly<Record<string, WrittenItem>>
}

const WRITTEN = { '1.8.0': SCHEMA_1_8_0, '1.3.0': SCHEMA_1_3_0 } as unknown as Readonly<Record<OcsfVersionName, WrittenSchema>>
const READ = new Map<OcsfVersionName, Schema>()

/** Read when first asked for: a process that never validates does not pay. */
export function schemaOf(version: OcsfVersionName): Schema {
  const known = READ.get(version)
  if (known !== undefined) return known
  const schema = readSchema(WRITTEN[version])
  READ.set(version, schema)
  return schema
}

function readSchema(written: WrittenSchema): Schema {
  const classes = Object.entries(written.classes).map(([uid, { constraints, attributes }]) => {
    return [Number(uid), readItem({ constraints, attributes: { ...written.common, ...attributes } })] as const
  })
  return {
    version: written.version,
    profiles: new Set(written.profiles),
    types: new Map(Object.keys(written.types).map(name => [name, readType(written.types, name)])),
    classes: new Map(classes),
    objects: new Map(Object.entries(written.objects).map(([name, item]) => [name, readItem(item)])),
  }
}

function readItem({ constraints, attributes }: WrittenItem): Item {
  const read = Object.entries(attributes).map(([name, attribute]) => [name, readAttribute(name, attribute)] as const)
  return {
    attributes: new Map(read),
    constraints: Object.entries(constraints).map(([kind, names]) => ({ kind, names })),
    isOpen: read.length === 0,
  }
}

function readAttribute(name: string, written: WrittenAttribute): Attribute {
  const { spec, enum: captions, sibling } = typeof written === 'string' ? { spec: written, enum: undefined, sibling: undefined } : written
  const [, hash, type = '', list, required, deprecated, profile] = /^(#?)([a-z_0-9]+)(\[\])?(!)?(~)?(?:@(.+))?$/.exec(spec)!
  const values = captions === undefined ? undefined : Object.entries(captions)
  return {
    name,
    type: hash === '#' ? undefined : type,
    objectName: hash === '#' ? type : undefined,
    isList: list !== undefined,
    isRequired: required !== undefined,
    isDeprecated: deprecated !== undefined,
    profile,
    captions: values && new Map(values.map(([value, caption]) => [value, caption.replace(/~$/, '')])),
    deprecatedValues: new Set(values?.filter(([, caption]) => caption.endsWith('~')).map(([value]) => value)),
    sibling,
  }
}

/** A type's own bounds, else those of the type that it is based on. */
function readType(types: WrittenSchema['types'], name: string): ValueType {
  const own = types[name]!
  const base = own.base === undefined ? undefined : types[own.base]
  const regex = own.regex ?? base?.regex
  const [low, high] = own.range ?? base?.range ?? []
  return {
    primitive: own.base ?? name,
    charsMax: own.max_len ?? base?.max_len,
    pattern: regex === undefined ? undefined : new RegExp(regex),
    range: low === undefined || high === undefined ? undefined : [low, high],
  }
}
