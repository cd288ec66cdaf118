import type { Dispatcher } from 'undici'
import type { ReadAnswer } from './answer.ts'

/**
 * One request and its answer, read to the end or to `bytesMax`, where the connection is destroyed: an unread body would
 * hold it for ever, and an endless one the memory (invariant 5). What is too large and no success is still an answer: its
 * status says what to do. Rejects with undici's error, and on an abort with the signal's reason.
 *
 * A handler of our own, because V8 keeps a handler, and what it refers to, until it collects its old generation: that of
 * `dispatcher.request` refers to the whole request, this one to nothing once it has ended.
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  { bytesMax, signal }: { readonly bytesMax: number; readonly signal: AbortSignal },
): Promise<ReadAnswer> {
  const { promise, ...settle } = Promise.withResolvers<ReadAnswer>()
  dispatcher.dispatch(options, new AnswerReader(settle, bytesMax, signal))
  return promise
}

type Settle = Pick<PromiseWithResolvers<ReadAnswer>, 'resolve' | 'reject'>

class AnswerReader implements Dispatcher.DispatchHandler {
  #settle: Settle | undefined
  readonly #bytesMax: number
  readonly #signal: AbortSignal
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: ReadAnswer['headers'] = {}
  #pieces: Buffer[] = []
  #bytes = 0

  constructor(settle: Settle, bytesMax: number, signal: AbortSignal) {
    this.#settle = settle
    this.#bytesMax = bytesMax
    this.#signal = signal
    signal.addEventListener('abort', this)
  }

  /** The abort. A request that waits for its connection hears of it when it has one. */
  handleEvent(): void {
    this.#controller?.abort(this.#signal.reason as Error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#signal.aborted) this.handleEvent()
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ReadAnswer['headers']): void {
    this.#status = status // Overwritten by the next: an answer below 200 announces another.
    this.#headers = headers
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    this.#bytes += piece.length
    if (this.#bytes <= this.#bytesMax) return void this.#pieces.push(piece)
    this.#end(false)
    controller.abort(new Error('The answer is too large'))
  }

  onResponseEnd(): void {
    this.#end(true)
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#settle?.reject(error)
    this.#forget()
  }

  #end(isWhole: boolean): void {
    this.#settle?.resolve({ status: this.#status, headers: this.#headers, pieces: this.#pieces, isWhole })
    this.#forget()
  }

  #forget(): void {
    this.#signal.removeEventListener('abort', this)
    this.#settle = undefined
    this.#controller = undefined
    this.#pieces = []
    this.#headers = {}
  }
}
