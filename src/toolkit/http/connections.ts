import { buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici'
import { type TlsOptions, tlsRefusal } from '../tls.ts'
import { agentVersion } from './agent.ts'
import type { HttpEndpointOptions } from './endpoint.ts'
import { proxyFor } from './proxy.ts'

const CONNECT_TIMEOUT_MS = 10_000
/** undici's own timers are coarse: they come after the endpoint's deadline, for what that may leave under way. */
const LEEWAY_MS = 1000

type ConnectionOptions = Pick<HttpEndpointOptions, 'component' | 'url' | 'tls' | 'proxy' | 'timeoutMs' | 'concurrencyMax'>

/** The pool of an endpoint, opened with the first request and anew whenever a file of certificates or of the proxy has changed. */
export class Connections {
  readonly #options: ConnectionOptions
  #open: { readonly version: string; readonly dispatcher: Dispatcher; readonly proxyHost: string | undefined } | undefined
  readonly #closing = new Map<Dispatcher, Promise<void>>()
  #refusal: Error | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /** Throws `BlockedError` when a file can't be read or the proxy is none. */
  current(): Dispatcher {
    const version = agentVersion(this.#options)
    if (this.#open?.version !== version) {
      const opened = open(this.#options, error => {
        this.#refusal = error
      })
      this.#retire()
      this.#open = { version, ...opened }
    }
    return this.#open!.dispatcher
  }

  /** Host and port of the proxy in use. */
  get proxyHost(): string | undefined {
    return this.#open?.proxyHost
  }

  /**
   * The last refusal of TLS that a socket reported. A server of TLS 1.3 refuses a client certificate after
   * the handshake, and all that undici says then is that the other side has closed.
   */
  get refusal(): Error | undefined {
    return this.#refusal
  }

  async close(): Promise<void> {
    const dispatchers = [...this.#closing.keys(), ...(this.#open === undefined ? [] : [this.#open.dispatcher])]
    await Promise.all(dispatchers.map(dispatcher => dispatcher.destroy()))
    await Promise.all(this.#closing.values())
  }

  /** Requests under way on the old pool end there; it closes after the last. */
  #retire(): void {
    if (this.#open === undefined) return
    const { dispatcher } = this.#open
    const closed = dispatcher.close().then(
      () => void this.#closing.delete(dispatcher),
      () => {}, // It was destroyed before, by `close`.
    )
    this.#closing.set(dispatcher, closed)
  }
}

function open({ component, url, timeoutMs, concurrencyMax, tls, proxy }: ConnectionOptions, refused: (error: Error) => void) {
  const material = tls?.options()
  const timeout = Math.min(CONNECT_TIMEOUT_MS, timeoutMs)
  const connect = { timeout, ...material }
  const limits = {
    connections: concurrencyMax,
    headersTimeout: timeoutMs + LEEWAY_MS,
    bodyTimeout: timeoutMs + LEEWAY_MS,
    allowH2: false,
    pipelining: 1,
  }
  const via = proxyFor(component, url, proxy, process.env)
  if (via === undefined) {
    const dispatcher = new Pool(url.origin, { ...limits, connect: tellingRefusals(connect, refused) })
    return { dispatcher, proxyHost: undefined }
  }
  const token = via.username === '' ? {} : { token: loginOf(via) }
  const dispatcher = new ProxyAgent({
    uri: via.origin,
    ...limits,
    ...token,
    requestTls: connect,
    proxyTls: { timeout, ...ofAuthorities(material) },
  })
  return { dispatcher, proxyHost: via.host }
}

function tellingRefusals(options: buildConnector.BuildOptions, refused: (error: Error) => void): buildConnector.connector {
  const connect = buildConnector({ ...options, allowH2: false })
  return (target, callback) =>
    connect(target, (...result) => {
      result[1]?.once('error', error => {
        if (tlsRefusal(error) !== undefined) refused(error)
      })
      callback(...result)
    })
}

/** A proxy is trusted by the same authorities; the certificate and the name are the destination's. */
function ofAuthorities(material: TlsOptions | undefined) {
  if (material === undefined) return {}
  const { ca, minVersion, rejectUnauthorized } = material
  return { minVersion, ...(ca && { ca }), ...(rejectUnauthorized === false && { rejectUnauthorized }) }
}

function loginOf({ username, password }: URL): string {
  return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`
}
