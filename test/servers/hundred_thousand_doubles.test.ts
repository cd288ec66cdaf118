import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startDatadogDouble } from '../doubles/datadog.ts'
import { startHecDouble } from '../doubles/splunk_hec.ts'
import { shipAll } from './ship.ts'

/** Splunk and Datadog can't be had: what stands in for them holds to their documented rules. */
const EVENTS = 100_000
const RETRY = { initial: '100ms', max: '1s' }
const AWAY_MS = 500
/** What is under way at each stop may be sent again: its answer was lost. */
const REPEATS_MAX = 2 * 4 * 1000

interface Receiver extends AsyncDisposable {
  readonly url: string
  ids(): readonly string[]
}

/** A receiver that is stopped after a third of the events and after two, and comes back at the same address. */
class Interrupted {
  readonly #start: (port: number) => Promise<Receiver>
  #receiver: Receiver | undefined
  readonly #earlier: string[] = []

  constructor(start: (port: number) => Promise<Receiver>) {
    this.#start = start
  }

  async open(port = 0): Promise<string> {
    this.#receiver = await this.#start(port)
    return this.#receiver.url
  }

  ids(): readonly string[] {
    return [...this.#earlier, ...(this.#receiver?.ids() ?? [])]
  }

  async stopTwice(ended: AbortSignal): Promise<void> {
    for (const part of [1 / 3, 2 / 3]) {
      while (this.#earlier.length + (this.#receiver?.ids().length ?? 0) < EVENTS * part) {
        if (ended.aborted) throw new Error('the program ended before the receiver had been stopped twice')
        await pause(20)
      }
      const { port } = new URL(this.#receiver!.url)
      await this.close()
      await pause(AWAY_MS)
      await this.open(Number(port))
    }
  }

  async close(): Promise<void> {
    const receiver = this.#receiver!
    await receiver[Symbol.asyncDispose]()
    this.#earlier.push(...receiver.ids())
    this.#receiver = undefined
  }
}

const datadog = new Interrupted(async port => {
  const double = await startDatadogDouble('key', port)
  return {
    url: double.url,
    ids: () => double.logs.map(({ id }) => id),
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  }
})
const splunk = new Interrupted(async port => {
  const double = await startHecDouble('key', port)
  return {
    url: double.url,
    ids: () => double.events.map(({ fields }) => fields.event_id ?? ''),
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  }
})

test.each([
  ['Datadog', datadog, { type: 'datadog', api_key: 'key' }],
  ['Splunk', splunk, { type: 'splunk_hec', token: 'key' }],
] as const)(`${EVENTS} events from the API to what stands in for %s, which is stopped twice on the way`, async (_, receiver, settings) => {
  const url = await receiver.open()
  const { code, err, ids } = await shipAll({
    events: EVENTS,
    sinks: { destination: { ...settings, url, retry: RETRY } },
    disturb: ended => receiver.stopTwice(ended),
  })
  await receiver.close()
  const received = receiver.ids()
  const missingOrForeign = [...new Set(received).symmetricDifference(new Set(ids))]
  expect(missingOrForeign.slice(0, 5)).toEqual([])
  expect(received.length - EVENTS).toBeLessThanOrEqual(REPEATS_MAX)
  expect([code, err]).toEqual([0, expect.not.stringContaining('Warning')])
})
