/** Sets the description of an error once, for every answer and for the log. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { descriptionOf, isForOthers } from './descriptions.ts'
import type { Refusal } from './descriptions.ts'

const explained = new WeakSet<Refusal>()

/** Changes `error_description`, and the code where the standards have another one. */
export function explain(ctx: KoaContextWithOIDC, refusal: Refusal): void {
  if (explained.has(refusal)) return
  explained.add(refusal)
  const words = descriptionOf(ctx, refusal) ?? refusal.error_description
  if (isForOthers(refusal)) Object.assign(refusal, { message: UNAUTHORIZED, error: UNAUTHORIZED })
  if (words !== undefined) refusal.error_description = plain(words)
}

const UNAUTHORIZED = 'unauthorized_client'

/** RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E. */
export function plain(words: string): string {
  return words
    .replaceAll('§', 'section ')
    .replace(/["“”‘’`]/g, "'")
    .replaceAll('\\', '/')
    .replace(/[^\x20-\x7E]/g, '?')
}
