import type { Secret } from '../../toolkit/secret.ts'
import type { ElasticsearchConfig } from './config.ts'

export interface Login {
  headers(): Readonly<Record<string, string>>
  /** Where the operator has to look. */
  readonly origin: string
  readonly secrets: readonly Secret[]
}

/** How the sink tells who it is, by the settings ("Authentication using API keys" and "HTTP basic authentication", elastic.co). */
export function createLogin({ api_key, username, password }: Pick<ElasticsearchConfig, 'api_key' | 'username' | 'password'>): Login {
  if (api_key !== undefined) {
    return {
      headers: () => ({ authorization: `ApiKey ${encoded(api_key.reveal())}` }),
      origin: `The API key comes from ${api_key.origin}`,
      secrets: [api_key],
    }
  }
  if (username !== undefined && password !== undefined) {
    return {
      headers: () => ({ authorization: `Basic ${base64(`${username}:${password.reveal()}`)}` }),
      origin: `The password of ${username} comes from ${password.origin}`,
      secrets: [password],
    }
  }
  return { headers: () => ({}), origin: 'No api_key and no username is set', secrets: [] }
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** The encoded form has no colon. */
function encoded(key: string): string {
  return key.includes(':') ? base64(key) : key
}
