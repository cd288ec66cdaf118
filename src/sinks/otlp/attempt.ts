import type { ClientRequest, IncomingMessage } from 'node:http'
import type { ReadAnswer } from '../../toolkit/http/answer.ts'

/**
 * One request of an exporter, watched from outside. The exporter hides status and Retry-After of what it calls retryable,
 * and takes an answer that was cut off for a success. So the answer is read here too, and this reading decides.
 */
export class Attempt {
  readonly #answer = Promise.withResolvers<ReadAnswer>()
  readonly #answerBytesMax: number
  #request: ClientRequest | undefined
  #over: Error | undefined
  #headers: Readonly<Record<string, string>> | undefined

  constructor(answerBytesMax: number) {
    this.#answerBytesMax = answerBytesMax
    this.#answer.promise.catch(() => {}) // Whoever waits for it hears of it.
  }

  /** Rejects with what `end` was given, or with what Node says of the connection. */
  get answer(): Promise<ReadAnswer> {
    return this.#answer.promise
  }

  /** Headers of the request; undefined while the exporter has not asked for them. */
  get headers(): Readonly<Record<string, string>> | undefined {
    return this.#headers
  }

  /** Asked by the exporter before each of its requests. Only one is made: when to try again is decided elsewhere. */
  begin(makeHeaders: () => Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    if (this.#over !== undefined) throw this.#over
    if (this.#headers !== undefined) throw new Error('The exporter asked for a second request')
    this.#headers = makeHeaders()
    return this.#headers
  }

  watch(request: ClientRequest): void {
    this.#request = request
    request.on('error', error => this.end(error)).once('response', response => this.#read(response))
    // Nobody asked for another protocol. The exporter does not hear of it, and would wait for ever.
    request.once('upgrade', (_, socket) => {
      socket.destroy()
      request.emit('error', new Error('The answer is in another protocol (status 101)'))
    })
    // The exporter writes piece by piece. A server that refuses what it has read of it closes the connection, and the next
    // piece would fail before its answer was read: so all goes at once. The end of a request uncorks.
    request.once('socket', socket => request.writableEnded || socket.cork())
    queueMicrotask(() => {
      // By now the exporter has set its timeout, which only keeps it from retries (`exporter.ts`); the socket does not have it yet.
      request.setTimeout(0)
      if (this.#over !== undefined) request.destroy(this.#over)
    })
  }

  /** Ends the request, unless it has ended. */
  end(error: Error): void {
    if (this.#over !== undefined) return
    this.#over = error
    this.#answer.reject(error)
    this.#request?.destroy(error)
  }

  /** Called when the exporter is done. An answer may come before the whole request is sent; then nobody sends the rest. */
  rest(): void {
    this.end(new Error('The exporter ended without an answer')) // Nothing, once there is one.
    if (this.#request?.writableFinished === false) this.#request.destroy()
  }

  #read(response: IncomingMessage): void {
    const { statusCode: status = 0 } = response
    const headers = { ...response.headers }
    // When to try again is decided elsewhere. From `0` or a time in the past the exporter would set a negative timer.
    delete response.headers['retry-after']
    const pieces: Buffer[] = []
    let bytes = 0
    const done = (isWhole: boolean) => this.#answer.resolve({ status, headers, pieces, isWhole })
    response.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= this.#answerBytesMax) return void pieces.push(piece)
      done(false) // The rest is not read (invariant 5).
      response.destroy(new Error('The answer is too large'))
    })
    response.once('end', () => done(true)).once('error', error => this.end(error))
  }
}
