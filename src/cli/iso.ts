/** A time in ms since 1970, as people and files are told it. */
export const iso = (ms: number): string => new Date(ms).toISOString()

/** The same of seconds, in which windows and positions count. */
export const isoOfSeconds = (seconds: number): string => iso(seconds * 1000)
