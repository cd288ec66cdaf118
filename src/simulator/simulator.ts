import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as timer } from 'node:timers/promises'
import { toError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { AuditLogApi } from './api.ts'
import { castOf } from './cast.ts'
import { CONTROL_PATH, control } from './control.ts'
import { deliver } from './delivery.ts'
import type { FaultShares } from './faults.ts'
import { type Held, textOf } from './held.ts'
import { type Settings, type SimulatorOptions, settle } from './options.ts'
import { logTextOf } from './organization_log.ts'
import { readRecording } from './recording.ts'
import { type LoggedRequest, type RequestCounts, RequestLog } from './request_log.ts'
import { World } from './world.ts'

/** The OpenAI organization audit-log API as a server on this machine. */
export interface Simulator extends AsyncDisposable {
  /** Base URL, as a client is configured with it: `http://127.0.0.1:40123/v1`. */
  readonly url: string
  /** Text of every event held now, oldest first, each as it is served. */
  events(): readonly string[]
  /** Ids of the same. */
  ids(): readonly string[]
  /** Text of every record that the older log lists now, oldest first: those of no tenant. */
  logs(): readonly string[]
  /** Lists these from now on, whatever their time: a text as it is, an object as `JSON.stringify` writes it. */
  add(...events: readonly (string | JsonObject)[]): void
  /** Faults in the events themselves change for events to come only. */
  setFaults(faults: FaultShares): void
  setKey(key: string | undefined): void
  /** True: every request is answered 403. */
  setScopeMissing(missing: boolean): void
  setLatencyMs(latencyMs: number): void
  /** Requests to the API, oldest first; the last 10,000 at least. */
  requests(): readonly LoggedRequest[]
  counts(): RequestCounts
  /** Resolves when nothing listens and nothing runs any more; connections are cut. */
  close(): Promise<void>
}

const systemClock = {
  now: () => Date.now(),
  sleep: (ms: number, signal: AbortSignal) => timer(ms, undefined, { signal }),
}

/** Resolves when it listens. Rejects where the address is taken or the file cannot be read. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = settle(options, systemClock)
  const world = await openWorld(settings)
  const api = new AuditLogApi(settings, world)
  const log = new RequestLog()
  const closing = new AbortController()
  const upToDate = () => {
    world.advance(settings.clock.now(), api.faults)
    return world
  }
  const controlled = {
    held: () => [...upToDate().store.all()], // A copy: events that arrive while it is sent must not shift it.
    counts: () => log.counts,
    faults: () => api.faults,
    setFaults: (faults: FaultShares) => {
      upToDate()
      api.faults = faults
    },
    addAll: world.addAll.bind(world),
  }

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith(CONTROL_PATH)) return control(request, response, controlled)
    log.begin()
    response.once('close', () => log.end())
    const [path = '', search = ''] = (request.url ?? '').split('?', 2)
    const { method = '', headers } = request
    const answer = api.answer({
      method,
      path,
      search,
      authorization: headers.authorization,
      acceptEncoding: headers['accept-encoding'] as string,
    })
    log.add({ atMs: settings.clock.now(), method, path, search, status: answer.status, events: answer.events, faults: answer.faults })
    request.resume()
    return deliver(answer, response, settings.clock, closing.signal)
  }
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.destroyed) confess(error, response) // Otherwise the client has gone while it was answered.
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, settings.host, resolve)
  })

  const close = async () => {
    closing.abort()
    if (!server.listening) return
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }
  return {
    url: `http://${authority(server.address() as AddressInfo)}/v1`,
    events: () => controlled.held().map(textOf),
    ids: () => controlled.held().flatMap(({ id }) => id ?? []),
    logs: () => logsOf(controlled.held()),
    add: (...events) => {
      upToDate()
      for (const event of events) world.add(event)
    },
    setFaults: controlled.setFaults,
    setKey: key => {
      api.key = key
    },
    setScopeMissing: missing => {
      api.scopeMissing = missing
    },
    setLatencyMs: latencyMs => {
      api.latencyMs = latencyMs
    },
    requests: () => log.recent,
    counts: () => log.counts,
    close,
    [Symbol.asyncDispose]: close,
  }
}

const logsOf = (held: readonly Held[]) => held.filter(({ tenant }) => !tenant).map(logTextOf)

/** A fault nobody asked for: it must not look like one of the switches. */
function confess(error: unknown, response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
  response.end(`The simulator itself failed: ${toError(error).stack}`)
}

const authority = ({ address, family, port }: AddressInfo) => (family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`)

async function openWorld(settings: Settings): Promise<World> {
  const { seed, events, startMs, historyMs, ratePerSecond, lateMaxS, heldEventsMax, pretty, faults } = settings
  const historyEvents = typeof events === 'number' ? events : 0
  const world = new World({
    maker: { seed, cast: castOf(seed), pretty },
    table: { seed, startMs, historyMs, historyEvents, ratePerSecond, lateMaxS },
    heldEventsMax,
  })
  if (typeof events === 'string') world.addAll(await readRecording(events))
  world.advance(settings.clock.now(), faults)
  return world
}
