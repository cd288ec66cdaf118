import { z } from 'zod'
import type { Secret } from '../secret.ts'
import { secret } from '../settings.ts'

/** A user and a password: `z.strictObject({ …, ...loginSettings })`, refined by `isWholeLogin`. */
export const loginSettings = {
  username: z.string().min(1).optional().describe('User.'),
  password: secret().optional().describe("The user's password. Read again when its file changes."),
}

interface UserSettings {
  readonly username?: string | undefined
  readonly password?: Secret | undefined
}

export const isWholeLogin = ({ username, password }: UserSettings) => (username === undefined) === (password === undefined)
export const LOGIN_INCOMPLETE = { error: 'a login needs both username and password' }

/** A secret that stands for a login, and how it is written: `Authorization: <scheme> <credential>`. */
interface Token {
  /** What the operator calls it: `The API key`. */
  readonly name: string
  readonly scheme: string
  readonly secret: Secret
  readonly credential?: (secret: string) => string
}

/** How requests tell who sends them. */
export interface Login {
  headers(): Readonly<Record<string, string>>
  /** Where the operator has to look; never the secret. */
  readonly origin: string
  readonly secrets: readonly Secret[]
}

/** By a token, else by a user ("Basic", RFC 7617), else not at all. */
export function createLogin(token: Token | undefined, { username, password }: UserSettings): Login {
  if (token !== undefined) {
    const { name, scheme, secret: value, credential = text => text } = token
    return {
      headers: () => ({ authorization: `${scheme} ${credential(value.reveal())}` }),
      origin: `${name} comes from ${value.origin}`,
      secrets: [value],
    }
  }
  if (username !== undefined && password !== undefined) {
    return {
      headers: () => ({ authorization: `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}` }),
      origin: `The password of ${username} comes from ${password.origin}`,
      secrets: [password],
    }
  }
  return { headers: () => ({}), origin: 'No login is set', secrets: [] }
}
