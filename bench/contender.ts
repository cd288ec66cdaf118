/**
 * One of the programs that `throughput.ts` compares, in a process of its own, as its users would have it: in one process each is
 * slower for the types that V8 has seen in the others and for what they left on the heap.
 * `node bench/contender.ts loop|program|sqlite|memory API COLLECTOR RUNS` prints the CPU seconds of each run, warm, as JSON.
 */
import { dontPretenure } from '../src/toolkit/pretenuring.ts'
import { loop, program } from './by_hand.ts'
import type { FarSide } from './far_side.ts'
import { ship } from './whole_path.ts'

const WARM_UP_RUNS = 3
const PAGE_EVENTS = 1000

type Contender = (far: FarSide) => Promise<() => Promise<void> | void>

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
  sqlite: async far => () => ship(far, 'sqlite', { page_size: PAGE_EVENTS }),
  memory: async far => () => ship(far, 'memory', { page_size: PAGE_EVENTS }),
}

/** Each a string of its own: as pieces of one string all would be of two bytes a character for the sake of one emoji, and slower to write. */
async function textsOf(far: FarSide): Promise<readonly string[]> {
  const lines = (await (await fetch(new URL('/_simulator/events', far.api))).text()).split('\n')
  return lines.filter(line => line !== '').map(line => Buffer.from(line).toString())
}

const cpuS = () => Object.values(process.cpuUsage()).reduce((sum, us) => sum + us, 0) / 1e6

const [name = '', api = '', collector = '', runs = ''] = process.argv.slice(2)
dontPretenure() // As the program does at its start.
const run = await CONTENDERS[name]!({ api, collector })
const seconds: number[] = []
for (let round = -WARM_UP_RUNS; round < Number(runs); round++) {
  const before = cpuS()
  await run()
  if (round >= 0) seconds.push(cpuS() - before)
}
process.stdout.write(`${JSON.stringify(seconds)}\n`)
