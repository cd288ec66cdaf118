import type { SettingNode } from './node.ts'
import type { Place } from './problem.ts'

/**
 * Where in the file a part of a text begins. YAML folds and indents a text of several lines, so white space is not
 * compared. Where an escape makes another character differ: the place of the whole text.
 */
export function placeOfPart({ written, place }: SettingNode, text: string, start: number): Place {
  const isQuoted = /^["']/.test(written)
  const from = /^[|>]/.test(written) ? written.indexOf('\n') + 1 : isQuoted ? 1 : 0
  const body = isQuoted ? written.slice(0, -1) : written
  if (withoutSpace(body.slice(from)) !== withoutSpace(text)) return place
  let at = from
  let end = from
  for (let before = withoutSpace(text.slice(0, start)).length; at < body.length; at++) {
    if (/\s/.test(body[at]!)) continue
    if (before-- === 0) return placeAt(place, written, at)
    end = at + 1
  }
  return placeAt(place, written, end)
}

const withoutSpace = (text: string) => text.replace(/\s/g, '')

function placeAt(place: Place, written: string, at: number): Place {
  const lines = written.slice(0, at).split('\n')
  if (lines.length === 1) return { ...place, column: place.column + at }
  return { ...place, line: place.line + lines.length - 1, column: lines.at(-1)!.length + 1 }
}
