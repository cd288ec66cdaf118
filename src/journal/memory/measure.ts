import type { LogEvent } from '../../core/event.ts'

// Functions that every event meets: one made anew for each batch is compiled anew after each collection of garbage.
export const bytesOf = ({ text }: LogEvent) => Buffer.byteLength(text)
export const plus = (sum: number, bytes: number) => sum + bytes
export const laterReceipt = (latestMs: number, { receivedMs }: LogEvent) => Math.max(latestMs, receivedMs)
