import type { StopSignals } from '../engine/pipeline.ts'

/** SIGTERM or SIGINT asks softly; asked twice, the operator is in a hurry. Disposing gives the signals back to Node. */
export function stopSignals(onStop: (request: 'soft' | 'hard') => void): StopSignals & Disposable {
  const soft = new AbortController()
  const hard = new AbortController()
  const stop = () => {
    const request = soft.signal.aborted ? 'hard' : 'soft'
    if (hard.signal.aborted) return
    onStop(request)
    const controller = request === 'soft' ? soft : hard
    controller.abort(new DOMException(`Stopped ${request === 'soft' ? 'by a signal' : 'by a second signal'}`, 'AbortError'))
  }
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, stop)
  return {
    softStop: soft.signal,
    hardStop: hard.signal,
    [Symbol.dispose]: () => {
      for (const name of ['SIGTERM', 'SIGINT'] as const) process.off(name, stop)
    },
  }
}
