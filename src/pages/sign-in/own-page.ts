/** What the two pages of a sign-in without an app share, and the query that leads from one to the other. */
import { SECOND_STEP_MS } from '../../factors/finish-sign-in.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { MINUTE_MS } from '../../platform/clock.ts'

export type OwnPage = {
  show: (ctx: AnyContext) => Promise<void>
  submit: (ctx: AnyContext) => Promise<void>
}

/** In the query of the sign-in page: the person is back there from the page for the code. */
export const LATE = 'late'

export const LATE_TEXT = { id: 'code-late', args: { minutes: SECOND_STEP_MS / MINUTE_MS } }

/** A query with these fields instead. `undefined` removes one. */
export function withQuery(query: string, fields: Record<string, string | undefined>): string {
  const params = new URLSearchParams(query)
  for (const [name, value] of Object.entries(fields))
    if (value === undefined) params.delete(name)
    else params.set(name, value)
  return params.size > 0 ? `?${params}` : ''
}
