import { z } from 'zod'
import { compileExpression, type Expression, FilterFault } from '../filter/compile.ts'

/** What an issue of ours tells beside its message: which part of a text is at fault. */
export interface PartAtFault {
  /** Characters of the text from `start` to before `end`. */
  readonly start: number
  readonly end: number
  /** Names, one of which may have been meant. */
  readonly allowed: readonly string[]
  /** The message where the text came from a variable, whose value is not told. */
  readonly general: string
}

const GENERAL = 'expected a CEL expression that gives true or false'

/** A CEL expression that gives true or false for an event, compiled and checked. */
export function celExpression() {
  return z.string().transform((text, context): Expression => {
    try {
      return compileExpression(text)
    } catch (fault) {
      if (!(fault instanceof FilterFault)) throw fault
      const { start, end, allowed } = fault
      context.addIssue({
        code: 'custom',
        message: fault.message,
        input: text,
        params: { start, end, allowed, general: GENERAL } satisfies PartAtFault,
      })
      return z.NEVER
    }
  })
}

/** The part of a text that an issue is about. */
export function partAtFault(issue: z.core.$ZodIssue): PartAtFault | undefined {
  const params = issue.code === 'custom' ? issue.params : undefined
  return typeof params?.start === 'number' ? (params as unknown as PartAtFault) : undefined
}
