import { expect, test } from 'vitest'
import { collect, contextWith, event, events, KEY, LIMITS, never, type OpenJournal, START_MS } from '../support/journals.ts'

export function testEvidence(open: OpenJournal): void {
  const letter = {
    component: 'splunk',
    eventId: 'x\0\ud800',
    ...KEY,
    reason: 'too "large"',
    atMs: 1,
    timeMs: 2,
    receivedMs: 3,
    text: '{"a":"\u{1f600}\0"}',
  }

  test('dead letters are kept as they came, and dropped by id', async () => {
    await using journal = await open(LIMITS, contextWith())
    await journal.addDeadLetters([letter, { ...letter, component: 'other' }])
    await journal.append(KEY, { events: [], position: 1, unreadable: [{ text: '[1,', reason: 'no object' }] }, never)
    const all = await journal.deadLetters({ limit: 10 })
    expect(all.map(({ component }) => component)).toEqual(['splunk', 'other', 'acme'])
    expect(all[0]).toEqual({ ...letter, id: all[0]!.id })
    expect(all[2]).toMatchObject({ ...KEY, text: '[1,', reason: 'no object', eventId: '' })
    expect(await journal.deadLetters({ component: 'other', limit: 10 })).toEqual([all[1]])
    expect(await journal.deadLetters({ limit: 1 })).toHaveLength(1)
    expect(await journal.deadLetters({ after: all[0]!.id, limit: 1 })).toEqual([all[1]])
    expect(await journal.deadLetters({ eventId: letter.eventId, after: all[1]!.id, limit: 10 })).toEqual([])
    expect(await journal.deadLetters({ eventId: letter.eventId, limit: 10 })).toEqual([all[0], all[1]])
    expect(await journal.deadLetter(all[1]!.id)).toEqual(all[1])
    expect(await journal.deadLetter('none')).toBeUndefined()
    expect(await journal.dropDeadLetters([all[0]!.id, all[2]!.id, 'none'])).toBe(2)
    expect(await journal.deadLetters({ limit: 10 })).toEqual([all[1]])
    await journal.addDeadLetters([letter])
    expect((await journal.deadLetters({ limit: 10 })).at(-1)!.id).not.toBe(all[2]!.id)
  })

  test('sealed windows are found by overlap, empty ones too', async () => {
    await using journal = await open(LIMITS, contextWith())
    const window = (fromS: number, toS: number) => ({ fromS, toS, sealedAtMs: START_MS, events: 0, repeats: 1, late: 2, digest: 'ab' })
    await journal.append(KEY, { events: [], position: 1, sealed: [window(20, 30), window(10, 20)] }, never)
    await journal.append({ ...KEY, stream: 'tenant' }, { events: [], position: 1, sealed: [window(10, 20)] }, never)
    await journal.append(KEY, { events: events(0, 1), position: 2, sealed: [window(30, 31)] }, never)
    expect(await collect(journal.ledger(KEY, { fromS: 19, toS: 30 }))).toEqual(
      [window(10, 20), window(20, 30)].map(row => ({ ...row, ...KEY })),
    )
    expect(await collect(journal.ledger(KEY, { fromS: 20, toS: 99 }))).toHaveLength(2)
    expect(await collect(journal.ledger({ source: 'no', stream: 'no' }, { fromS: 0, toS: 99 }))).toEqual([])
  })

  test.each([
    { name: 'no window', windows: [], end: undefined },
    {
      name: 'windows that follow each other',
      windows: [
        [10, 20],
        [20, 30],
      ],
      end: 30,
    },
    {
      name: 'a window within another',
      windows: [
        [10, 40],
        [20, 30],
        [40, 50],
      ],
      end: 50,
    },
    {
      name: 'a hole that is still to be listed',
      windows: [
        [30, 40],
        [10, 20],
        [50, 60],
      ],
      end: 20,
    },
    {
      name: 'windows of one start',
      windows: [
        [10, 30],
        [10, 20],
        [31, 40],
      ],
      end: 30,
    },
  ])('what $name covers from the first window on', async ({ windows, end }) => {
    await using journal = await open(LIMITS, contextWith())
    const evidence = { sealedAtMs: START_MS, events: 0, repeats: 0, late: 0, digest: 'ab' }
    const sealed = windows.map(([fromS, toS]) => ({ ...evidence, fromS: fromS!, toS: toS! }))
    await journal.append(KEY, { events: [], position: 1, sealed }, never)
    await journal.append({ ...KEY, stream: 'tenant' }, { events: [], position: 1, sealed: [{ ...evidence, fromS: 0, toS: 99 }] }, never)
    expect(await journal.sealedTo(KEY)).toBe(end)
    const times = windows.flat()
    expect(await journal.ledgerRange(KEY)).toEqual(times.length === 0 ? undefined : { fromS: Math.min(...times), toS: Math.max(...times) })
    expect(await journal.ledgerRange({ source: 'no', stream: 'no' })).toBeUndefined()
    expect(await journal.sealedTo({ source: 'no', stream: 'no' })).toBeUndefined()
  })

  test('remembers the pieces of a stream that can be no events until they are dropped, the newest first', async () => {
    await using journal = await open(LIMITS, contextWith())
    const other = { source: 'acme', stream: 'tenant' }
    const pieces = (...texts: string[]) => ({ events: [], position: 1, unreadable: texts.map(text => ({ text, reason: 'no object' })) })
    const many = Array.from({ length: 300 }, (_, n) => `"é${n}"`)
    await journal.append(KEY, pieces('7', 'null'), never)
    await journal.append(other, pieces('8'), never)
    const about = { source: 'acme', stream: 'organization', reason: 'r', atMs: 0, timeMs: 0, receivedMs: 0, text: '{}' }
    await journal.addDeadLetters([
      { ...about, component: 'acme', eventId: 'e1' },
      { ...about, component: 'splunk', eventId: 'e2' },
    ])
    expect(await journal.countDeadLetters()).toEqual([
      { component: 'acme', stream: 'organization', letters: 3 },
      { component: 'acme', stream: 'tenant', letters: 1 },
      { component: 'splunk', stream: 'organization', letters: 1 },
    ])
    await journal.append(KEY, pieces(...many), never)
    expect([...journal.history(KEY).unreadable!()]).toEqual([...many.toReversed(), 'null', '7'])
    expect([...journal.history(other).unreadable!()]).toEqual(['8'])
    await journal.dropDeadLetters(['1'])
    expect([...journal.history(KEY).unreadable!()].at(-1)).toBe('null')
  })

  test('looks events up by id, by time and by stream', async () => {
    await using journal = await open(LIMITS, contextWith())
    const odd = event(3, { id: 'a"b\\', timeMs: 500 })
    await journal.append(KEY, { events: [event(5), event(1), odd], position: 1 }, never)
    await journal.append({ source: 'other', stream: 's' }, { events: events(0, 3, { source: 'other', stream: 's' }), position: 1 }, never)
    expect(await collect(journal.find('a"b\\'))).toMatchObject([{ event: { text: odd.text }, position: 2 }])
    expect(await collect(journal.find('e'))).toEqual([])
    expect(await collect(journal.find('e1'))).toMatchObject([
      { event: { source: 'other' }, position: 4 },
      { event: { source: 'acme' }, position: 1 },
    ])
    const range = { fromMs: 500, toMs: 2000 }
    expect((await collect(journal.range(range))).map(({ id, source }) => `${source} ${id}`)).toEqual(['acme e1', 'acme a"b\\', 'other e1'])
    expect((await collect(journal.range({ ...range, sources: ['other'] }))).map(({ id }) => id)).toEqual(['e1'])
    expect([...journal.history(KEY).ids(500, 5000)].sort()).toEqual(['a"b\\', 'e1'])
    expect([...journal.history({ source: 'acme', stream: 'none' }).ids(0, 1e9)]).toEqual([])
  })
}
