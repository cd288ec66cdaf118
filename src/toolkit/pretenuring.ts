import { setFlagsFromString } from 'node:v8'

/**
 * Tells V8 not to guess which objects will live long. Where a hundred of one place in the code were alive at one collection, such
 * as the arrays of pages and batches under way, it makes all later ones old from their birth, and everything they refer to,
 * events and texts, stays until it collects its old generation. For the start of the program: what runs on is guessed already.
 */
export function dontPretenure(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
