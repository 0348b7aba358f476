/**
 * What the pages of an interaction share: the open interaction, the fields of its form, and the redirect to the next
 * page.
 */
import type { InteractionResults } from 'oidc-provider'
import type { AnyContext } from '../http/request/request-state.ts'
import type { Oidc } from '../provider/contract/current-provider.ts'
import type { Interaction } from './open-interaction.ts'

export type Page = {
  ctx: AnyContext
  interaction: Interaction
  uid: string
  /** The query of the page's address, which carries the sealed copy of the request. */
  query: string
}

/** The two handlers of a step: its page and its form. */
export type StepPages = {
  show: (page: Page) => Promise<void>
  submit: (page: Page) => Promise<void>
  /** Handles a form without its interaction, before the request starts again. */
  whenLost?: (ctx: AnyContext) => Promise<unknown>
}

/** The steps that a person may have to take on the way to an app. */
export type Steps = Readonly<
  Record<
    | 'create'
    | 'selectAccount'
    | 'signIn'
    | 'secondFactor'
    | 'mailedCode'
    | 'upstream'
    | 'verifyEmail'
    | 'terms'
    | 'setUp'
    | 'consent',
    StepPages
  >
> & {
  /** Leads to a page that has its own form. */
  newPassword: Pick<StepPages, 'show'>
  /** Ends here, with another account or back in the app. */
  noAccess: Pick<StepPages, 'show'>
}

/** For the sign-up and password pages: the query that leads back to this interaction's sign-in. */
export function returnQuery(uid: string, query: string, more: Record<string, string> = {}): string {
  const restart = new URLSearchParams(query).get('restart')
  return `?${new URLSearchParams({ from: uid, ...(restart && { restart }), ...more })}`
}

/** One of our own addresses: neither `//host` nor `/\\host`, which browsers read as another site. */
const OWN = /^\/(?![/\\])/

/** The address that a query or a form names, or the start page where it is none of ours. */
export function ownPath(named: unknown): string {
  return typeof named === 'string' && OWN.test(named) ? named : '/'
}

/** The redirect after a form. 303, so that the browser never posts the form's fields elsewhere (RFC 9700 §4.12). */
export function redirect(ctx: AnyContext, url: string): void {
  ctx.redirect(url)
  ctx.status = 303
}

/**
 * Passes a step's result to the provider and redirects the browser back to it. The sealed copy of the request goes
 * along, for a double click that finds the interaction finished.
 */
export async function resume(
  oidc: Oidc,
  { ctx, query }: Page,
  result: InteractionResults,
  options?: { mergeWithLastSubmission: boolean },
) {
  const returnTo = await oidc.current().interactionResult(ctx.req, ctx.res, result, options)
  redirect(ctx, returnTo + query)
}
