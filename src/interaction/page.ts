/** What the pages of an interaction share: the open interaction, its form's fields, and the way on. */
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

/** One step's two halves: its page, and what its form does. */
export type StepPages = {
  show: (page: Page) => Promise<void>
  submit: (page: Page) => Promise<void>
  /** Does what it can with a form whose interaction is gone, before the request starts again. */
  whenLost?: (ctx: AnyContext) => Promise<unknown>
}

/** What a person may be asked on the way to an app. */
export type Steps = Readonly<
  Record<'create' | 'selectAccount' | 'signIn' | 'verifyEmail' | 'consent', StepPages>
>

/** For the registration and password pages: what leads back from there to this interaction's sign-in. */
export function returnQuery(uid: string, query: string, more: Record<string, string> = {}): string {
  const restart = new URLSearchParams(query).get('restart')
  return `?${new URLSearchParams({ from: uid, ...(restart && { restart }), ...more })}`
}

/** After a form: 303, so that the browser never posts the form's fields anywhere else (RFC 9700 §4.12). */
export function redirect(ctx: AnyContext, url: string): void {
  ctx.redirect(url)
  ctx.status = 303
}

/**
 * Hands a step's result to the provider and sends the browser back to it. The sealed copy of the request goes along, for
 * a double click that finds the interaction finished.
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
