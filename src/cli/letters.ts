import type { DeadLetter, DeadLetterFilter, JournalReader } from '../journal/journal.ts'

/** Held at once: each may be as large as an answer of the API (invariant 5). */
const LETTERS_AT_ONCE = 64

/** Every dead letter that the filter lets through, the oldest first. The caller may drop those it has been given. */
export async function* everyLetter(
  journal: JournalReader,
  { limit = Number.MAX_SAFE_INTEGER, ...filter }: Partial<DeadLetterFilter>,
): AsyncGenerator<DeadLetter> {
  let { after } = filter
  for (let left = limit; left > 0; left -= LETTERS_AT_ONCE) {
    const some = await journal.deadLetters({ ...filter, after, limit: Math.min(LETTERS_AT_ONCE, left) })
    yield* some
    after = some.at(-1)?.id
    if (some.length < LETTERS_AT_ONCE) return
  }
}
