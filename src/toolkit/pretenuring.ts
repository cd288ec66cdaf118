import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8 from guessing which objects live long. When a hundred from one place in the code outlive a collection, as arrays of
 * pages and batches under way do, V8 makes all later ones there old from birth, and the events and texts they refer to stay until
 * it collects its old generation. Call it at the start of the program: a guess once made stays.
 */
export function dontPretenure(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
