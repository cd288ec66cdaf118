/**
 * One of the programs that `throughput.ts` compares, in a process of its own, as its users would have it: in one process each is
 * slower for the types that V8 has seen in the others and for what they left on the heap.
 * `node bench/contender.ts NAME API COLLECTOR` warms up, says `ready`, and then runs twice for each line of its standard input and
 * answers with the CPU seconds of the second run: in the first, what lay idle during the turns of the others comes back to life.
 */
import { createInterface } from 'node:readline'
import { dontPretenure } from '../src/toolkit/pretenuring.ts'
import { loop, program } from './by_hand.ts'
import type { FarSide } from './far_side.ts'
import { type Journal, ship } from './whole_path.ts'

const WARM_UP_RUNS = 3
const PAGE_EVENTS = 1000

type Contender = (far: FarSide) => Promise<() => Promise<void> | void>

/** Of requests that carry 1,000 events, as those of the program by hand do, or of the sink's own default. */
const whole = (journal: Journal, batch: object): Contender => {
  return async far => () => ship(far, { journal, source: { page_size: PAGE_EVENTS }, sink: { batch } })
}

const CONTENDERS: Readonly<Record<string, Contender>> = {
  loop: async far => {
    const texts = await textsOf(far)
    return () => loop(texts)
  },
  program: async far => {
    const expected = (await textsOf(far)).length
    return async () => {
      const events = await program(far)
      if (events !== expected) throw new Error(`The program by hand found ${events} events of ${expected}`)
    }
  },
  sqlite: whole('sqlite', { bytes_max: '4MiB' }),
  memory: whole('memory', { bytes_max: '4MiB' }),
  sqlite_default: whole('sqlite', {}),
  memory_default: whole('memory', {}),
}

/** Each a string of its own: as pieces of one string all would be of two bytes a character for the sake of one emoji, and slower to write. */
async function textsOf(far: FarSide): Promise<readonly string[]> {
  const lines = (await (await fetch(new URL('/_simulator/events', far.api))).text()).split('\n')
  return lines.filter(line => line !== '').map(line => Buffer.from(line).toString())
}

const cpuS = () => Object.values(process.cpuUsage()).reduce((sum, us) => sum + us, 0) / 1e6
const answer = (text: string) => process.stdout.write(`${text}\n`)

const [name = '', api = '', collector = ''] = process.argv.slice(2)
dontPretenure() // As the program does at its start.
const run = await CONTENDERS[name]!({ api, collector })
for (let round = 0; round < WARM_UP_RUNS; round++) await run()
answer('ready')
for await (const _ of createInterface(process.stdin)) {
  await run()
  const before = cpuS()
  await run()
  answer(String(cpuS() - before))
}
