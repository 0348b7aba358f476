/** Who reads the answer. */
import type { AnyContext } from './request-state.ts'

/** JSON comes first, so that a caller without preference (curl, an API client) gets it. */
export function wantsPage(ctx: AnyContext): boolean {
  return ctx.accepts('json', 'html') === 'html'
}
