import { expect, test } from 'vitest'
import { StagedSink, StagedSource } from '../../test/support/components.ts'
import { exampleRegistry } from '../../test/support/registry.ts'
import { settled, VirtualClock } from '../../test/support/virtual_clock.ts'
import { checkConfig } from '../config/load.ts'
import type { Logger } from '../core/context.ts'
import { BlockedError, ConfigError, FatalError, RetryableError } from '../core/errors.ts'
import { SILENT_METER } from './meter.ts'
import type { RunOutcome } from './run.ts'
import { runService } from './run.ts'

const YAML = `
journal: {type: memory, max_bytes: 1MiB}
service: {shutdown_timeout: 30s}
sources:
  acme: {type: example_api, api_key: k}
sinks:
  one: {type: example_hec, url: https://h, token: t, format: raw, batch: {timeout: 10ms}, retry: {initial: 1s, max: 1s}}
  two: {type: example_hec, url: https://h, token: t, format: raw, batch: {timeout: 10ms}, retry: {initial: 1s, max: 1s}}
`

class Stage {
  readonly clock = new VirtualClock()
  readonly source: StagedSource
  readonly sinks: Record<string, StagedSink> = { one: new StagedSink(), two: new StagedSink() }
  readonly soft = new AbortController()
  readonly hard = new AbortController()
  readonly said: string[] = []
  stuck = 0

  constructor(batches: readonly (readonly string[])[]) {
    this.source = new StagedSource(batches)
  }

  /** Resolves once it runs: what is loaded before takes real time. */
  async start(finite: boolean): Promise<{ run: Promise<RunOutcome> }> {
    const started = Promise.withResolvers<void>()
    const registry = exampleRegistry({ source: async () => this.source, sink: async id => this.sinks[id]! })
    const say = (message: string, fields?: Readonly<Record<string, unknown>>) => {
      this.said.push(`${String(fields?.component)}: ${message}`)
    }
    const logger: Logger = { debug: () => {}, info: say, warn: say, error: say }
    const run = runService({
      onStuck: () => {
        this.stuck++
      },
      onStart: () => {
        started.resolve()
        return new AsyncDisposableStack()
      },
      config: checkConfig([{ name: 't.yaml', text: YAML }], { registry, env: {} }),
      registry,
      clock: this.clock,
      logger,
      meter: SILENT_METER,
      bounds: finite ? { untilMs: this.clock.now() } : {},
      stop: { softStop: this.soft.signal, hardStop: this.hard.signal },
    })
    await Promise.race([started.promise, run])
    return { run }
  }

  /** Lets time pass until the run has ended; fails when it would take longer than `ms`. */
  async end({ run }: { run: Promise<RunOutcome> }, ms: number): Promise<RunOutcome> {
    let ended = false
    const done = run.finally(() => {
      ended = true
    })
    done.catch(() => {})
    const untilMs = this.clock.now() + ms
    while (!ended && this.clock.now() < untilMs) await this.clock.advance(100)
    if (!ended) throw new Error(`The run has not ended within ${ms} ms`)
    expect([this.source.reading, this.source.closed, this.sinks.one!.closed, this.sinks.two!.closed]).toEqual([0, true, true, true])
    return done
  }
}

const refused = () => new RetryableError('example_hec.unreachable', 'Connection refused')
const denied = () => new BlockedError('example_hec.denied', 'Wrong token')
const IDS = ['a', 'b', 'c', 'd']

test('a finite run brings everything everywhere and ends by itself', async () => {
  const stage = new Stage([['a', 'b'], ['c'], [], ['d']])
  expect(await stage.end(await stage.start(true), 10_000)).toEqual({ unavailable: [], isComplete: true })
  expect([stage.sinks.one!.taken, stage.sinks.two!.taken]).toEqual([IDS, IDS])
})

test.each([
  { of: 'goes on', behaviour: 'deaf', isComplete: true },
  { of: 'hangs', behaviour: 'hang', isComplete: false },
] as const)(
  'a finite run that is stopped while a sink $of has done all that was asked for: $isComplete',
  async ({ behaviour, isComplete }) => {
    const stage = new Stage([IDS])
    const heard = Promise.withResolvers<void>()
    stage.sinks.one!.behave = () => behaviour
    stage.sinks.one!.hearing = heard.promise
    const run = await stage.start(true)
    await stage.clock.advance(1000)
    stage.soft.abort()
    heard.resolve()
    expect(await stage.end(run, 60_000)).toEqual({ unavailable: [], isComplete })
  },
)

test('a soft stop ends the source and drains the sinks', async () => {
  const stage = new Stage([['a', 'b']])
  const run = await stage.start(false)
  await stage.clock.advance(1000)
  stage.source.push(['c', 'd'])
  await settled()
  stage.soft.abort()
  await stage.end(run, 1000)
  expect([stage.sinks.one!.taken, stage.sinks.two!.taken]).toEqual([IDS, IDS])
})

test.each([
  ['retrying', refused],
  ['blocked', denied],
])('a sink that is %s is not waited for at a stop, the other drains', async (state, failure) => {
  const stage = new Stage([IDS])
  stage.sinks.one!.behave = failure
  const run = await stage.start(false)
  await stage.clock.advance(5000)
  stage.source.push(['e'])
  await settled()
  stage.soft.abort()
  await stage.end(run, 1000)
  expect([stage.sinks.one!.taken, stage.sinks.two!.taken]).toEqual([[], [...IDS, 'e']])
  expect(stage.said.filter(line => line.startsWith(`one: ${state}`))).toHaveLength(1) // Once per change, not per attempt.
  expect(stage.said).toContain('one: 5 events are left to the next run of this sink')
})

test('a sink that falls into trouble during the stop is left behind', async () => {
  const stage = new Stage([IDS])
  stage.sinks.one!.behave = () => (stage.soft.signal.aborted ? refused() : 'hang')
  const run = await stage.start(false)
  await stage.clock.advance(1000)
  stage.soft.abort()
  await stage.clock.advance(1000)
  stage.hard.abort()
  await stage.end(run, 1000)
  expect(stage.sinks.two!.taken).toEqual(IDS)
})

test('a hanging write ends with the time for the stop, or at once when asked twice', async () => {
  const patient = new Stage([IDS])
  patient.sinks.one!.behave = () => 'hang'
  const run = await patient.start(false)
  await patient.clock.advance(1000)
  patient.soft.abort()
  await patient.clock.advance(29_000)
  expect(patient.sinks.one!.closed).toBe(false)
  await patient.end(run, 2000)

  const hasty = new Stage([IDS])
  hasty.sinks.one!.behave = () => 'hang'
  const second = await hasty.start(false)
  await hasty.clock.advance(1000)
  hasty.soft.abort()
  hasty.hard.abort()
  await hasty.end(second, 200)
})

test('what does not end although it was told to is named, and the process may go', async () => {
  const stage = new Stage([IDS])
  const free = Promise.withResolvers<void>()
  stage.sinks.one!.behave = () => 'deaf'
  stage.sinks.one!.hearing = free.promise
  const run = await stage.start(false)
  await stage.clock.advance(1000)
  stage.soft.abort()
  stage.hard.abort()
  await stage.clock.advance(4000)
  expect(stage.stuck).toBe(0)
  await stage.clock.advance(2000)
  expect([stage.stuck, stage.said.at(-1)]).toEqual([1, expect.stringContaining('one did not end within 5 s')])
  free.resolve()
  await stage.end(run, 1000)
})

test('a finite run gives up on what is blocked, and finishes the rest', async () => {
  const stage = new Stage([['a'], ['b'], ['c', 'd']])
  stage.sinks.one!.behave = denied
  const { unavailable } = await stage.end(await stage.start(true), 5000)
  expect(unavailable.map(({ component, state }) => [component, state.name])).toEqual([['one', 'blocked']])
  expect(stage.sinks.two!.taken).toEqual(IDS)
})

test('a finite run waits for an outage as long as for a stop', async () => {
  const stage = new Stage([IDS])
  stage.sinks.one!.behave = refused
  const run = await stage.start(true)
  await stage.clock.advance(25_000)
  expect(stage.sinks.one!.closed).toBe(false)
  const { unavailable } = await stage.end(run, 10_000)
  expect(unavailable.map(({ component, state }) => [component, state.name])).toEqual([['one', 'retrying']])

  const healed = new Stage([IDS])
  healed.sinks.one!.behave = () => (healed.sinks.one!.attempts > 5 ? undefined : refused())
  expect((await healed.end(await healed.start(true), 20_000)).unavailable).toEqual([])
  expect(healed.sinks.one!.taken).toEqual(IDS)
})

test('a finite run waits for a sink that is slow and in no trouble, though the journal is full of what it has before it', async () => {
  const large = IDS.map(id => id.repeat(400_000))
  const stage = new Stage(large.map(id => [id]))
  const free = Promise.withResolvers<void>()
  stage.sinks.one!.behave = () => 'deaf'
  stage.sinks.one!.hearing = free.promise
  const run = await stage.start(true)
  await stage.clock.advance(40_000)
  expect(stage.said).toContainEqual(expect.stringMatching(/^acme.*paused: /))
  free.resolve()
  expect((await stage.end(run, 10_000)).unavailable).toEqual([])
  expect(stage.sinks.one!.taken.map(id => id[0])).toEqual(IDS)
})

test('a finite run waits no longer for what runs anew only to fail again', async () => {
  const stage = new Stage([IDS])
  stage.sinks.one!.behave = () => new TypeError('a fault of ours')
  const { unavailable } = await stage.end(await stage.start(true), 35_000)
  expect(unavailable.map(({ component, state }) => [component, state.name])).toEqual([['one', 'retrying']])
  expect(stage.sinks.two!.taken).toEqual(IDS)
})

test('a fatal failure ends the whole run with it', async () => {
  const stage = new Stage([IDS])
  const closed = new FatalError('stdout.closed', 'Standard output is closed', { exitCode: 74 })
  stage.sinks.one!.behave = () => closed
  await expect(stage.end(await stage.start(false), 5000)).rejects.toBe(closed)
})

test('what a component refuses is told with its place in the configuration', async () => {
  const stage = new Stage([])
  const registry = exampleRegistry({
    source: async () => stage.source,
    sink: () => Promise.reject(new ConfigError('example_hec.fields', 'too many', { path: ['fields'] })),
  })
  const run = runService({
    config: checkConfig([{ name: 't.yaml', text: YAML }], { registry, env: {} }),
    registry,
    clock: stage.clock,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    meter: SILENT_METER,
    bounds: {},
    stop: { softStop: stage.soft.signal, hardStop: stage.hard.signal },
  })
  await expect(run).rejects.toThrow('sinks.one.fields: too many')
})
