import { readFileSync } from 'node:fs'
import { toError } from '../core/errors.ts'
import { FileText } from '../toolkit/settings.ts'
import { didYouMean } from './nearest.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Interpolated {
  readonly value: string | FileText
  /** False when nothing had to be put in. */
  readonly changed: boolean
  /** What is wrong, and the piece of the text that it is about. */
  readonly faults: readonly { readonly piece: string; readonly message: string }[]
}

/** `$${` · `${file:/path}` · `${NAME}` · `${NAME:-default}` · a `${` that is none of them. */
const PIECES = /\$\$\{|\$\{file:([^}]*)\}|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{[^}]*\}?/g

/**
 * Puts in variables and files. A text that is one file and nothing else stays a `FileText`, so that a
 * secret can be read again when the file changes; a file within a text is read here.
 */
export function interpolate(text: string, env: Environment): Interpolated {
  if (!text.includes('${')) return { value: text, changed: false, faults: [] }
  const faults: { piece: string; message: string }[] = []
  const [, only] = /^\$\{file:([^}]+)\}$/.exec(text.trim()) ?? []
  if (only !== undefined && only.trim() !== '' && !only.includes('${')) return { value: new FileText(only.trim()), changed: true, faults }

  const value = text.replace(PIECES, (piece: string, path: string | undefined, name: string | undefined, fallback: string | undefined) => {
    try {
      if (piece === '$${') return '${'
      // The path would end at the brace of the inner one.
      if (path?.includes('${')) throw new Error("the path of a file can't hold a variable or a file of its own")
      if (path !== undefined) return readText(path.trim())
      if (name !== undefined) return variable(name, fallback, env)
      throw new Error(`${malformed(piece)}; write \${NAME}, \${NAME:-default} or \${file:/path}, and $\${ for these two characters`)
    } catch (fault) {
      faults.push({ piece, message: toError(fault).message })
      return ''
    }
  })
  return { value, changed: true, faults }
}

function malformed(piece: string): string {
  return piece.endsWith('}') ? `"${piece}" names no variable` : 'a "${" without its "}"'
}

/** As in a shell, an empty variable takes the default too. */
function variable(name: string, fallback: string | undefined, env: Environment): string {
  const value = env[name]
  // The default would end at the brace of the inner one, and the rest would be taken for text.
  if (fallback?.includes('${')) throw new Error(`the default of ${name} can't hold a variable or a file of its own`)
  if (fallback !== undefined) return value === undefined || value === '' ? fallback : value
  if (value === undefined) throw new Error(`the environment variable ${name} is not set${didYouMean(name, Object.keys(env))}`)
  return value
}

/** The file's text without white space around it; throws in the operator's words. */
export function readText(path: string): string {
  if (path === '') throw new Error('${file:} names no file; write ${file:/path}')
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    throw new Error(`the file ${path} can not be read: ${toError(cause).message}`, { cause })
  }
}
