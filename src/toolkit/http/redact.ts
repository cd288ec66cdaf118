/** Takes the secrets of a request out of a text of the other side's: some answers repeat what they were sent. */
export type Redaction = (text: string) => string

/** Headers whose values anybody may read. */
const OPEN_HEADERS = /^(accept|accept-encoding|content-(type|encoding|length)|user-agent|x-splunk-request-channel)$/i
/** A shorter value would be found in innocent words. */
const SECRET_CHARACTERS_MIN = 6

/**
 * For a request with these headers to a URL that somebody has set. All values of headers and of the URL's query count as
 * secrets, but for those that are known not to be.
 */
export function createRedaction(headers: Readonly<Record<string, string>>, url?: URL): Redaction {
  const secrets = Object.entries(headers)
    .filter(([name]) => !OPEN_HEADERS.test(name))
    .flatMap(([, value]) => partsOf(value))
    .concat(url === undefined ? [] : queryOf(url))
    .filter(secret => secret.length >= SECRET_CHARACTERS_MIN)
    .toSorted((a, b) => b.length - a.length) // The longest first: after one that begins it, its end would stay.
  return text => secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text)
}

/** The value: `Splunk abc` is `abc` too, and a Basic login also the password that it encodes. */
function partsOf(value: string): readonly string[] {
  const space = value.indexOf(' ')
  if (space === -1) return [value]
  const credential = value.slice(space + 1)
  const login = /^basic /i.test(value) ? Buffer.from(credential, 'base64').toString('utf8') : ''
  return [value, credential, login, login.slice(login.indexOf(':') + 1)]
}

/** Each value as it is written and as it is meant. */
function queryOf({ search, searchParams }: URL): readonly string[] {
  const written = search
    .slice(1)
    .split('&')
    .map(pair => pair.slice(pair.indexOf('=') + 1))
  return [...written, ...searchParams.values()]
}
