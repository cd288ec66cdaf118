import type { Mistake } from '../../toolkit/declaration.ts'
import type { S3Config } from './config.ts'

/** Settings that are right alone and wrong together. */
export function s3Mistake(config: S3Config, { format }: { readonly format: string }): Mistake | undefined {
  const { access_key_id, secret_access_key, session_token, encoding, security_lake, region, path } = config
  if (access_key_id !== undefined && secret_access_key === undefined) return needs('access_key_id', 'secret_access_key')
  if (access_key_id === undefined && secret_access_key !== undefined) return needs('secret_access_key', 'access_key_id')
  if (access_key_id === undefined && session_token !== undefined) return needs('session_token', 'access_key_id')
  if (encoding === 'ndjson') return security_lake && { path: ['security_lake'], message: 'is for encoding: parquet alone' }
  if (format !== 'ocsf') return { path: ['format'], message: 'expected "ocsf": parquet has its columns and no others' }
  if (path !== undefined) return { path: ['path'], message: 'parquet has the folders of Security Lake: see security_lake' }
  if (security_lake?.region === undefined && region === undefined) return needs('encoding', 'region')
  return undefined
}

const needs = (name: string, other: string): Mistake => ({ path: [name], message: `needs ${other} beside it` })
