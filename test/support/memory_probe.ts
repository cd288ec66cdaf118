/** Preloaded into the program: on SIGUSR2 it collects garbage and says on standard error what is left, and what it has of the system. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

process.on('SIGUSR2', () => {
  collect()
  collect() // What the finalizers of the first have let go.
  const { heapUsed, external, rss } = process.memoryUsage()
  process.stderr.write(`memory probe ${heapUsed + external} ${rss}\n`)
})
