import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { event, KEY, never } from '../../test/support/journals.ts'
import { journalFolder } from '../../test/support/sqlite_journal.ts'

test('a long export has each event once, and of the sources that are named alone', async () => {
  using place = journalFolder()
  const textOf = (id: string) => `{"id":"${id}","text":"${'x'.repeat(200_000)}"}`
  {
    await using journal = await place.open()
    const append = async (source: string, first: number) => {
      const events = [first, first + 1, first + 2].map(n => event(n, { source, text: textOf(`e${n}`) }))
      await journal.append({ ...KEY, source }, { events, position: 1 }, never)
    }
    await append('acme', 1)
    await append('other', 4)
  }
  const exported = async (...args: string[]) => {
    const { out } = await cli(['export', '--journal', place.path, ...args])
    return out.split('\n').map(line => /"id":"(e\d)"/.exec(line)?.[1])
  }
  expect(await exported()).toEqual(['e1', 'e2', 'e3', 'e4', 'e5', 'e6', undefined])
  expect(await exported('--source', 'other')).toEqual(['e4', 'e5', 'e6', undefined])
})
