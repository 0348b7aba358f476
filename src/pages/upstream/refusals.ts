/** What a person reads when a sign-in at another provider failed, and the page where it began. */
import type { AnyContext } from '../../http/request/request-state.ts'
import { OWN_PAGE } from '../../interaction/pending/pending-sign-ins.ts'
import type { Flow } from '../../upstreams/client/flows.ts'
import type { FailureReason } from '../../upstreams/client/upstream-failure.ts'
import type { Message } from '../../words/message.ts'
import type { UpstreamServices } from './upstream-pages.ts'

export type Refusal = FailureReason | 'disabled' | 'domain' | 'off'

const TEXTS: Record<Refusal, string> = {
  cancelled: 'upstream-cancelled',
  refused: 'upstream-refused',
  down: 'upstream-down',
  invalid: 'upstream-invalid',
  not_anew: 'upstream-not-anew',
  disabled: 'upstream-disabled',
  domain: 'upstream-domain',
  off: 'upstream-off',
}

export function refusalText(refusal: Refusal, label: string): Message {
  return { id: TEXTS[refusal], args: { provider: label } }
}

/** Where a sign-in began. */
type Origin = Pick<Flow, 'of' | 'query'>

export function signInPathOf({ of, query }: Origin): string {
  return of === OWN_PAGE ? `/sign-in${query}` : `/interaction/${of}/sign-in${query}`
}

/** Where a sign-in goes on that another page or tab may have finished meanwhile. */
export function wayOnOf({ of, query }: Origin): string {
  return of === OWN_PAGE ? `/sign-in${query}` : `/interaction/${of}${query}`
}

/** Back to the sign-in page of the same request, which says once what happened. */
export function leadBack(
  { nextPage }: UpstreamServices,
  ctx: AnyContext,
  origin: Origin,
  text: Message,
): void {
  nextPage.lead(ctx, signInPathOf(origin), { errors: { '': text } })
}
