/** The API and the collector in a process of their own, so that their work is not counted: prints both URLs, ends with its standard input. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startSimulator } from '../src/simulator/simulator.ts'

const [events = '0', latencyMs = '0'] = process.argv.slice(2)
const simulator = await startSimulator({
  events: Number(events),
  historyMs: 30 * 86_400_000,
  seed: 1,
  limitMax: 1000,
  latencyMs: Number(latencyMs),
})
const collector = createServer((request, response) => {
  request.resume().once('end', () => response.end('{"text":"Success","code":0}'))
})
collector.listen(0, '127.0.0.1', () => {
  const { port } = collector.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ api: simulator.url, collector: `http://127.0.0.1:${port}` })}\n`)
})
process.stdin.resume().once('end', () => process.exit(0))
