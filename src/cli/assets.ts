import { existsSync } from 'node:fs'
import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Option } from 'commander'
import { toError } from '../core/errors.ts'
import { type ElasticsearchOptions, elasticsearchOptions, installElasticsearch } from './elasticsearch_command.ts'
import { notFound, usageError } from './exit.ts'
import type { Io } from './io.ts'

/** Content that makes a destination understand what it is sent, shipped with the program in `assets/<name>`. */
export interface AssetSpec {
  /** Of the folder, and of the command. */
  readonly name: string
  readonly summary: string
  /** What to do with the files. */
  readonly next: string
  /** Options that install it. */
  readonly options?: () => readonly Option[]
  /** Installs from `folder`; undefined when no option asks for that. */
  readonly install?: (options: object, folder: string, io: Io) => Promise<number | undefined>
}

/** All there is. Adding one: its folder, and its line here. */
export const ASSETS: readonly AssetSpec[] = [
  {
    name: 'datadog',
    summary: 'A Datadog logs pipeline: standard attributes out of every format.',
    next: 'README.md beside it tells how to send pipeline.json to the API of Datadog.',
  },
  {
    name: 'splunk',
    summary: 'A Splunk app: fields, event types and tags of the Common Information Model for every format.',
    next: 'DIR is $SPLUNK_HOME/etc/apps of the search heads; TA-tailrace/README.md tells the rest.',
  },
  {
    name: 'elasticsearch',
    summary: 'Index template, lifecycle and dashboard for Elasticsearch and OpenSearch, which it can install.',
    next: '-c PATH or --url URL installs them; README.md tells what is in them.',
    options: elasticsearchOptions,
    install: (options: ElasticsearchOptions, folder, io) => installElasticsearch(options, folder, io),
  },
]

interface AssetFile {
  /** Below the asset's folder, with `/`. */
  readonly path: string
  readonly bytes: number
}

const FILES_MAX = 1000
/** The same place from the sources and from the compiled program. */
const ROOT = fileURLToPath(new URL('../../assets', import.meta.url))
export const folderOf = ({ name }: AssetSpec) => join(ROOT, name)

export async function assetFiles(asset: AssetSpec): Promise<readonly AssetFile[]> {
  const folder = folderOf(asset)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw notFound(`${folder} can't be read: ${toError(cause).message}. It is part of the program: install it anew.`)
  })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
  const files = paths.slice(0, FILES_MAX).map(async path => {
    const { byteLength: bytes } = await readFile(join(folder, path))
    return { path: path.replaceAll('\\', '/'), bytes }
  })
  return (await Promise.all(files)).toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** The text of one file, by its path below the folder. */
export async function assetText(asset: AssetSpec, path: string): Promise<string> {
  const paths = (await assetFiles(asset)).map(file => file.path)
  if (paths.includes(path)) return await readFile(join(folderOf(asset), path), 'utf8')
  throw notFound(`${asset.name} has no file "${path}"; there are: ${paths.join(', ')}`)
}

/** Copies all files below `target`, which is made if need be; where one of them is there already, nothing is written. */
export async function copyAsset(asset: AssetSpec, target: string): Promise<void> {
  const files = await assetFiles(asset)
  const there = files.map(({ path }) => join(target, path)).find(path => existsSync(path))
  if (there !== undefined)
    throw usageError(`${there} is there already, so nothing was written. Give another folder to --out, or remove it first.`)
  try {
    await cp(folderOf(asset), target, { recursive: true })
  } catch (cause) {
    throw usageError(`The files can't be written to ${target}: ${toError(cause).message}. Give a folder that can be written to --out.`)
  }
}
