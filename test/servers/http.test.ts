import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { http } from '../../src/sinks/http/index.ts'
import { startHttpReceiver } from '../doubles/http_receiver.ts'
import { idsOf } from '../support/events.ts'
import { shipAll } from './ship.ts'
import { openSink, ship, someEvents } from './shipping.ts'
import { startTinyproxy } from './tinyproxy.ts'
import { startToxiproxy } from './toxiproxy.ts'

const EVENTS = 100_000
const AWAY_MS = 500
const IN_FLIGHT_EVENTS_MAX = 4 * 500
const never = new AbortController().signal

test(`${EVENTS} events from the API to a receiver that is stopped twice on the way`, async () => {
  await using receiver = await startHttpReceiver('Bearer good')
  let sentAbout = 0
  async function stopTwice(ended: AbortSignal): Promise<void> {
    for (const part of [1 / 3, 2 / 3]) {
      while (sentAbout < EVENTS * part) {
        if (ended.aborted) throw new Error('the program ended before the receiver had been stopped twice')
        await pause(20)
        sentAbout = receiver.requests.length * 500
      }
      await receiver.stop()
      await pause(AWAY_MS)
      await receiver.start()
    }
  }
  const { code, err, ids } = await shipAll({
    events: EVENTS,
    sinks: {
      any: { type: 'http', url: receiver.url, token: 'good', format: 'raw', compression: 'zstd', retry: { initial: '100ms', max: '1s' } },
    },
    disturb: stopTwice,
  })
  const received = receiver.ids()
  expect([...new Set(received).symmetricDifference(new Set(ids))].slice(0, 5)).toEqual([])
  // A request whose answer was lost is sent again: at most those under way at each stop.
  expect(received.length - EVENTS).toBeLessThanOrEqual(2 * IN_FLIGHT_EVENTS_MAX)
  expect([code, err]).toEqual([0, expect.not.stringContaining('Warning')])
})

test('faults on the way, and one event in a thousand that is refused', async () => {
  await using receiver = await startHttpReceiver('Bearer good')
  await using toxiproxy = await startToxiproxy()
  const { host, pathname } = new URL(receiver.url)
  const link = await toxiproxy.link(host)
  const events = someEvents(10_000)
  for (let index = 500; index < events.length; index += 1000) receiver.refused.add(`e${index}`)
  await using opened = await openSink(http, { url: `http://${link.address}${pathname}`, token: 'good', request_timeout: '1s' })
  const { rejected, retries } = await ship(opened.sink, events, {
    batchEvents: 500,
    async before(batch) {
      if (batch === 4) await link.add({ type: 'reset_peer', attributes: { timeout: 0 } })
      if (batch === 4) setTimeout(() => void link.heal(), 300)
      if (batch === 9) await link.down()
      if (batch === 9) setTimeout(() => void link.up(), 300)
    },
  })
  expect(retries.length).toBeGreaterThan(0)
  expect(new Set(rejected.map(({ event }) => event.event.id))).toEqual(receiver.refused)
  expect(rejected[0]!.reason).toContain('I refuse one of them')
  const wanted = idsOf(events).filter(id => !receiver.refused.has(id))
  expect([...new Set(receiver.ids())].toSorted()).toEqual(wanted.toSorted())
})

test('through a forward proxy with a login', async () => {
  await using receiver = await startHttpReceiver('Bearer good')
  await using proxy = await startTinyproxy({ login: { user: 'puser', password: 'ppass' } })
  const via = (who: string) => ({ url: receiver.url, token: 'good', proxy: proxy.url.replace('//', `//${who}@`) })
  await using opened = await openSink(http, via('puser:ppass'))
  await opened.sink.write(someEvents(3), never)
  expect(receiver.ids()).toEqual(['e0', 'e1', 'e2'])
  await using wrong = await openSink(http, via('puser:wrong'))
  await expect(wrong.sink.write(someEvents(1), never)).rejects.toMatchObject({ name: 'BlockedError' })
})
