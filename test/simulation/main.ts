import { parseArgs } from 'node:util'
import { simulate } from './simulate.ts'
import { SIMULATED, type SourceName } from './sources.ts'

/** `npm run simulate -- --seeds 10000 --first 1 --source openai_audit`: ends with 2 at the first seed that breaks an invariant. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    first: { type: 'string', default: '1' },
    source: { type: 'string', default: 'openai_audit' },
  },
})
if (!Object.hasOwn(SIMULATED, values.source))
  throw new Error(`there is no ${values.source}; there are ${Object.keys(SIMULATED).join(', ')}`)
const first = Number(values.first)
const end = first + Number(values.seeds)
for (let seed = first; seed < end; seed++) {
  const violations = await simulate(seed, values.source as SourceName)
  if (violations.length === 0) continue
  process.stdout.write(`seed ${seed}: ${violations.join('; ')}\n`)
  process.exit(2)
}
process.stdout.write(`seeds ${first} to ${end - 1}: nothing was lost\n`)
