import { openSqliteJournal } from '../../src/journal/sqlite/index.ts'
import { contextWith, event, KEY, LIMITS, never } from '../support/journals.ts'

/** Appends until it is killed and says, a line for each, how many events are acknowledged and how far a sink is. */
const [path = ''] = process.argv.slice(2)
await using journal = await openSqliteJournal({ ...LIMITS, sinks: ['s'], path }, contextWith())
for (let count = (await journal.head()) as number; ; ) {
  const size = 1 + (count % 50)
  const events = Array.from({ length: size }, (_, n) => event(count + n, { text: JSON.stringify({ n: count + n, text: 'x'.repeat(200) }) }))
  count += size
  await journal.append(KEY, { events, position: count }, never)
  if (count % 3 === 0) await journal.saveSinkPosition('s', count)
  process.stdout.write(`${JSON.stringify({ count, sink: await journal.sinkPosition('s') })}\n`)
}
