/** Entity tags of the JSON API (RFC 9110 §8.8.3): a digest of what is shown, so that `If-Match` finds every change. */
import { AppError } from '../platform/errors.ts'
import { digest } from '../platform/tokens.ts'

export function etagOf(shown: unknown): string {
  return `"${digest(JSON.stringify(shown))}"`
}

/** `ifMatch`: the header, empty when it is absent. @throws AppError 412 `precondition_failed` */
export function assertMatches(ifMatch: string, current: unknown): void {
  if (ifMatch === '' || ifMatch.trim() === '*') return
  if (ifMatch.split(',').some((tag) => tag.trim() === etagOf(current))) return
  throw new AppError(
    'precondition_failed',
    412,
    'It was changed since it was read: If-Match names an earlier state. Read it again.',
  )
}
