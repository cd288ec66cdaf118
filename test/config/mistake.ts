/** A configuration with mistakes, and what is said about each of them, in order. */
export interface Mistake {
  readonly name: string
  /** The file `t.yaml`; several files by name. */
  readonly yaml: string | Readonly<Record<string, string>>
  readonly problems: readonly string[]
}

export const SOURCES = 'sources:\n  acme: {type: example_api, api_key: k}\n'
export const SINKS = 'sinks:\n  hec: {type: example_hec, url: "https://h", token: t}\n'

/** The settings under a sink that has all it needs; they begin on line 7, in column 5. */
export const sink = (settings: string) =>
  `${SOURCES}sinks:\n  hec:\n    type: example_hec\n    token: hunter2\n${url(settings)}${indented(settings)}`
const url = (settings: string) => (settings.startsWith('url:') ? '' : '    url: https://h\n')
/** The settings under a source that has all it needs; they begin on line 7, in column 5. */
export const source = (settings: string) => `${SINKS}sources:\n  acme:\n    type: example_api\n    api_key: hunter2\n${indented(settings)}`
const indented = (settings: string) => settings.replace(/^(?=.)/gm, '    ')
/** A part below the minimum of a source and a sink; it begins on line 5. */
export const below = (text: string) => `${SOURCES}${SINKS}${text}`
