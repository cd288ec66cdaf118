import { type Actor, actorLabel } from './actor.ts'
import type { Target } from './target.ts'

const SENTENCE_CHARS_MAX = 4000

/** `ada@example.com: user.updated user-bob (role owner)` */
export function sentenceOf(record: { readonly actor: Actor; type: string; target: Target; errorCode: string | undefined }): string {
  const { actor, type, target, errorCode } = record
  const parts = [actorLabel(actor) ?? unnamed(actor), ': ', type === '' ? 'record without a type' : type]
  const what = target.name ?? target.id
  if (what !== undefined) parts.push(' ', what)
  if (target.roles.length > 0) parts.push(' (role ', target.roles.join(', '), ')')
  else if (errorCode !== undefined) parts.push(' (', errorCode, ')')
  const sentence = parts.join('') // Joined is flat: JSON.stringify writes what was concatenated more slowly.
  return sentence.length <= SENTENCE_CHARS_MAX ? sentence : `${sentence.slice(0, SENTENCE_CHARS_MAX).toWellFormed()}…`
}

const unnamed = ({ kind }: Actor) => (kind === undefined ? 'unknown actor' : `unnamed ${kind}`)
