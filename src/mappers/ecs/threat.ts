import type { OpenObject } from '../../record/values.ts'

/** `T1110.004` is a sub-technique of `T1110`; both are named, each once. */
export function threatFields(ids: readonly string[]): OpenObject {
  const techniques = [...new Set(ids.map(id => id.split('.')[0]!))]
  const subtechniques = ids.filter(id => id.includes('.'))
  const technique: OpenObject = { id: techniques }
  if (subtechniques.length > 0) technique.subtechnique = { id: subtechniques }
  return { framework: 'MITRE ATT&CK', technique }
}
