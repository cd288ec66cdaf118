import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Secret } from '../secret.ts'
import type { TlsMaterial } from '../tls.ts'
import { proxyFor } from './proxy.ts'

export interface AgentOptions {
  /** Prefix of the error codes. */
  readonly component: string
  /** Where requests go. */
  readonly url: URL
  /** The most connections at once. */
  readonly concurrencyMax: number
  readonly tls?: TlsMaterial | undefined
  /** `none`, a URL, or undefined: as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say. */
  readonly proxy?: Secret | undefined
}

/** Above any body, which its caller holds anyway: a library that corks the socket would wait for ever for a full one to drain. */
const HELD_BYTES_MAX = 2 ** 30

/** An agent by the shared settings, for a library that talks through `node:http` by itself. */
export interface OpenAgent {
  readonly agent: HttpAgent
  /** Host and port of the proxy in use. */
  readonly proxyHost: string | undefined
}

/** Changes whenever a file of certificates or of the proxy does: connections that were opened before are out of date. */
export const agentVersion = ({ tls, proxy }: Pick<AgentOptions, 'tls' | 'proxy'>): string => `${tls?.version ?? ''} ${proxy?.version ?? ''}`

/** Opens no connection by itself; `agent.destroy()` closes those it keeps. Throws `BlockedError` when a file can't be read or the proxy is none. */
export function openAgent({ component, url, concurrencyMax, tls, proxy }: AgentOptions): OpenAgent {
  const via = proxyFor(component, url, proxy, process.env)
  const options = {
    keepAlive: true,
    maxSockets: concurrencyMax,
    highWaterMark: HELD_BYTES_MAX,
    // NO_PROXY has been looked at, with its CIDR ranges, which Node does not know.
    ...(via && { proxyEnv: { HTTP_PROXY: via.href, HTTPS_PROXY: via.href } }),
  }
  const agent = url.protocol === 'https:' ? new HttpsAgent({ ...options, ...tls?.options() }) : new HttpAgent(options)
  return { agent, proxyHost: via?.host }
}
