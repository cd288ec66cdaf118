import { createLogin, type Login } from '../../toolkit/http/login.ts'
import type { ElasticsearchConfig } from './config.ts'

/** By the settings; the header of an API key as "Authentication using API keys" (elastic.co) has it. */
export function loginOf({ api_key, ...user }: Pick<ElasticsearchConfig, 'api_key' | 'username' | 'password'>): Login {
  const key = api_key && { name: 'The API key', scheme: 'ApiKey', secret: api_key, credential: encoded }
  return createLogin(key, user)
}

/** The encoded form has no colon. */
function encoded(key: string): string {
  return key.includes(':') ? Buffer.from(key).toString('base64') : key
}
