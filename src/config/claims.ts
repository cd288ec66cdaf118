import type { StreamKey } from '../core/context.ts'
import type { SinkSettings } from './component.ts'
import type { ConfiguredSink, ConfiguredSource } from './load.ts'
import { type SettingNode, walk } from './node.ts'
import type { Problem } from './problem.ts'

/** The streams whose events a sink is sent. */
export function streamsFor({ inputs }: Pick<SinkSettings, 'inputs'>, sources: readonly ConfiguredSource[]): readonly StreamKey[] {
  return sources
    .filter(({ id }) => inputs?.includes(id) ?? true)
    .flatMap(({ id, spec }) => spec.streams.map(stream => ({ source: id, stream })))
}

/** Settings that two sinks of one type can't share, such as one file. The later sink has the problem. */
export function refuseClaims(
  section: SettingNode,
  sinks: readonly ConfiguredSink[],
  sources: readonly ConfiguredSource[],
  problems: Problem[],
): void {
  const claims = sinks.map(({ id, spec, own, settings }) => ({ id, spec, config: own, streams: streamsFor(settings, sources) }))
  for (const [index, claim] of claims.entries()) {
    const mistake = claims
      .slice(0, index)
      .filter(({ spec }) => spec === claim.spec)
      .map(other => claim.spec.clash?.(claim, other))
      .find(found => found !== undefined)
    if (mistake === undefined) continue
    const { node } = walk(section, [claim.id, ...mistake.path])
    problems.push({ place: node.place, path: ['sinks', claim.id, ...mistake.path], message: mistake.message })
  }
}
