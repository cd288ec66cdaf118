let isQuiet = false

/**
 * kafkajs sets a timer to a negative time (tulios/kafkajs#1751), of which Node warns on standard error,
 * once a process. The warning says nothing to an operator; every other one passes.
 */
export function quietNegativeTimers(): void {
  if (isQuiet) return
  isQuiet = true
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void
  process.emitWarning = (...args: unknown[]) => {
    if (args[1] !== 'TimeoutNegativeWarning' || new Error().stack?.includes('kafkajs') !== true) emitWarning(...args)
  }
}
