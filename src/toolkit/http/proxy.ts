import { BlockList, isIP } from 'node:net'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy for requests to `url`: the configured one, none, or as HTTPS_PROXY, HTTP_PROXY and NO_PROXY
 * say, in either case. HTTP_PROXY is for http:// alone.
 */
export function proxyFor(url: URL, configured: string | undefined, environment: Environment): URL | undefined {
  if (configured === 'none') return undefined
  if (configured !== undefined) return asUrl(configured)
  const named = (name: string) => environment[name.toLowerCase()] || environment[name.toUpperCase()]
  const text = url.protocol === 'https:' ? named('HTTPS_PROXY') : named('HTTP_PROXY')
  if (text === undefined || isExempt(url, named('NO_PROXY') ?? '')) return undefined
  return asUrl(text)
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

function asUrl(text: string): URL {
  return new URL(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`)
}
