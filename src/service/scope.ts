/** Waits for all, whatever fails; `failed` hears of the first failure at once, and it is thrown at the end (invariant 7). */
export async function allSettled(work: readonly Promise<void>[], failed: (error: unknown) => void): Promise<void> {
  let failure: { error: unknown } | undefined
  await Promise.all(
    work.map(promise =>
      promise.catch((error: unknown) => {
        if (failure !== undefined) return
        failure = { error }
        failed(error)
      }),
    ),
  )
  if (failure !== undefined) throw failure.error
}

/** Calls `listener` once: now if the signal is aborted already, else when it is, unless disposed of before. */
export function onAbort(signal: AbortSignal, listener: () => void): Disposable {
  if (signal.aborted) listener()
  else signal.addEventListener('abort', listener, { once: true })
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', listener) }
}
