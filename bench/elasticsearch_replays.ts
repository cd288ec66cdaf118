/*
  What looking for events before writing them costs, against a real OpenSearch:
    node bench/elasticsearch_replays.ts [events stored before, default 200000]
*/
import { elasticsearch } from '../src/sinks/elasticsearch/index.ts'
import { startOpensearch } from '../test/servers/search_node.ts'
import { plainReader } from '../test/servers/search_reading.ts'
import { openSink, someEvents } from '../test/servers/shipping.ts'

const STORED = Number(process.argv[2] ?? 200_000)
const BACKING_INDICES = 8
const BATCH = 1000
const ROUNDS = 30
const never = new AbortController().signal

await using node = await startOpensearch()
const reader = plainReader(node.url)
await reader.call('PUT', '/_index_template/bench', { index_patterns: ['bench'], data_stream: {} })
{
  await using opened = await openSink(elasticsearch, { urls: [node.url], index: 'bench', deduplicate: 'never' })
  for (let stored = 0; stored < STORED; stored += BATCH) {
    await opened.sink.write(someEvents(BATCH, `stored${stored}-`), never)
    if ((stored / BATCH) % Math.ceil(STORED / BATCH / BACKING_INDICES) === 0) await reader.call('POST', '/bench/_rollover')
  }
}
const KINDS = [
  ['new, not looked for', 'never', (round: number) => `a${round}-`],
  ['new, looked for', 'replays', (round: number) => `b${round}-`],
  ['stored, not looked for', 'never', (round: number) => `a${round}-`],
  ['stored, looked for', 'replays', (round: number) => `stored${round * BATCH}-`],
] as const
const times = new Map(KINDS.map(([what]) => [what, [] as number[]]))
// In turns, so that what else the machine does falls on all alike.
for (let round = 0; round < ROUNDS; round++) {
  for (const [what, deduplicate, idOf] of KINDS) {
    await using opened = await openSink(elasticsearch, { urls: [node.url], index: 'bench', deduplicate })
    const events = someEvents(BATCH, idOf(round))
    const startedMs = performance.now()
    await opened.sink.write(events, never)
    times.get(what)!.push(performance.now() - startedMs)
  }
}
console.log(`${STORED} events in ${BACKING_INDICES} backing indices; batches of ${BATCH}; quickest and median ms of ${ROUNDS} writes`)
for (const [what, each] of times) {
  const sorted = each.toSorted((a, b) => a - b)
  console.log(what.padEnd(28), sorted[0]!.toFixed(1).padStart(8), sorted[ROUNDS / 2]!.toFixed(1).padStart(8))
}
