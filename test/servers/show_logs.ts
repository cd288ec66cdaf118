import { afterEach } from 'vitest'
import { runningServers } from './process.ts'

// A test that failed against a server is read together with what the server said.
afterEach(({ task }) => {
  if (task.result?.state !== 'fail') return
  for (const server of runningServers) console.error(server.tail)
})
