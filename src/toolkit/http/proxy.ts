import { BlockList, isIP } from 'node:net'
import { BlockedError } from '../../core/errors.ts'
import type { Secret } from '../secret.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy for requests to `url`: the configured one, none, or as HTTPS_PROXY, HTTP_PROXY and NO_PROXY
 * say, in either case. HTTP_PROXY is for http:// alone. Throws `BlockedError` for what is no proxy; as it may hold
 * a password, the error does not repeat it (invariant 6).
 */
export function proxyFor(component: string, url: URL, configured: Secret | undefined, environment: Environment): URL | undefined {
  if (configured !== undefined) {
    const text = configured.reveal()
    return text === 'none' ? undefined : asProxy(component, text, configured.origin)
  }
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const named = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined // An empty variable is an unset one.
  const text = named(variable)
  if (text === undefined || isExempt(url, named('NO_PROXY') ?? '')) return undefined
  return asProxy(component, text, `the environment variable ${variable}`)
}

/** `none`, or an http:// or https:// URL, whose scheme may be left out. */
export function isProxy(text: string): boolean {
  return text === 'none' || parseProxy(text) !== undefined
}

/** Whether a NO_PROXY list names the host: names and their subdomains, addresses, CIDR ranges, `*`; each with a port or without. */
function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return noProxy
    .split(/[\s,]+/)
    .filter(entry => entry !== '')
    .some(entry => matches(entry.toLowerCase(), host, port))
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  if (entry.includes('/')) return isInRange(entry, host)
  const [, name = entry, entryPort] = /^(.+?):(\d+)$/.exec(isIP(entry) === 6 ? '' : entry) ?? []
  if (entryPort !== undefined && entryPort !== port) return false
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '')
  return host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`))
}

function isInRange(range: string, host: string): boolean {
  const [network = '', bits = ''] = range.split('/')
  const family = isIP(network)
  if (family === 0 || isIP(host) !== family || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  list.addSubnet(network, Number(bits), family === 4 ? 'ipv4' : 'ipv6')
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6')
}

function asProxy(component: string, text: string, origin: string): URL {
  const url = parseProxy(text)
  if (url !== undefined) return url
  throw new BlockedError(`${component}.proxy`, `The proxy in ${origin} is no http:// or https:// URL. Correct it, or set proxy: none.`)
}

function parseProxy(text: string): URL | undefined {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  return url !== null && /^https?:$/.test(url.protocol) && isDecodable(url) ? url : undefined
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password)
    return true
  } catch {
    return false // A bare percent sign.
  }
}
