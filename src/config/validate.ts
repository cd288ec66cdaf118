import type { z } from 'zod'
import { toError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { FileText } from '../toolkit/settings.ts'
import { readText } from './interpolate.ts'
import { describedSchema } from './json_schema.ts'
import { problemsOf } from './message.ts'
import { plain, type SettingNode, walk } from './node.ts'
import type { Problem } from './problem.ts'

/**
 * The settings as their schema understands them; undefined when problems have been found.
 *
 * A variable or a file gives a text. Where the schema refuses it, the check is repeated with another reading:
 * the content of the file, a number or a boolean.
 */
export function parseSettings<S extends z.ZodType>(
  node: SettingNode,
  schema: S,
  path: readonly (string | number)[],
  problems: Problem[],
): z.output<S> | undefined {
  const replaced = new Map<SettingNode, unknown>()
  for (;;) {
    const result = schema.safeParse(plain(node, replaced))
    if (result.success) return result.data
    const { issues } = result.error
    const unread: Problem[] = []
    if (retype(issues, node, path, replaced, unread)) continue
    const described: JsonObject = describedSchema(schema)
    const found = issues.flatMap(issue => problemsOf(issue, node, path, described))
    problems.push(...firstOfEach([...unread, ...found]))
    return undefined
  }
}

/** The first problem of each setting: what follows from a wrong type would only confuse. */
function firstOfEach(problems: readonly Problem[]): readonly Problem[] {
  const byPath = new Map<string, Problem>()
  for (const problem of problems) {
    const key = JSON.stringify(problem.path)
    if (!byPath.has(key)) byPath.set(key, problem)
  }
  return [...byPath.values()]
}

/** Reads refused values another way, into `replaced`; true when one has changed. It ends: no value has more than three readings. */
function retype(
  issues: readonly z.core.$ZodIssue[],
  root: SettingNode,
  path: readonly (string | number)[],
  replaced: Map<SettingNode, unknown>,
  unread: Problem[],
): boolean {
  let changed = false
  for (const issue of issues) {
    const { node, found } = walk(root, issue.path)
    if (!found || node.kind !== 'scalar' || !node.interpolated || node.broken) continue
    const before = replaced.has(node) ? replaced.get(node) : node.value
    try {
      const after = before instanceof FileText ? readText(before.path) : scalarOf(before)
      if (after === before) continue
      replaced.set(node, after)
      changed = true
    } catch (cause) {
      unread.push({ place: node.place, path: [...path, ...(issue.path as (string | number)[])], message: toError(cause).message })
    }
  }
  return changed
}

/** A text as YAML would read it, were it written out: a number or a boolean, if it is one. */
function scalarOf(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (value === 'true' || value === 'false') return value === 'true'
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
}
