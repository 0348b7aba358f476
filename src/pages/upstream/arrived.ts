/** What follows once another provider has said who somebody is. */
import { passwordProof } from '../../factors/finish-sign-in.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { OWN_PAGE } from '../../interaction/pending/pending-sign-ins.ts'
import { redirect } from '../../interaction/page.ts'
import type { Flow } from '../../upstreams/client/flows.ts'
import type { Identified } from '../../upstreams/client/upstream-client.ts'
import { keepUpstreamSession } from '../../upstreams/upstream-sessions.ts'
import { signInWith } from '../../upstreams/upstream-sign-in.ts'
import type { Upstream } from '../../upstreams/upstream.ts'
import { leadBack, refusalText } from './refusals.ts'
import type { UpstreamServices } from './upstream-pages.ts'

type Arrived = Identified & {
  upstream: Upstream
  flow: Pick<Flow, 'of' | 'query'>
  /** That the person accepted on a page. */
  termsVersion?: string | undefined
}

/**
 * Leads on: the page for the code asks for one where the account has a second factor, and else finishes. Answers instead what
 * is open: which account is theirs, or whether they accept the terms of a new one.
 */
export async function signInAs(
  services: UpstreamServices,
  ctx: AnyContext,
  { upstream, identity, there, flow, termsVersion }: Arrived,
): Promise<'unconnected' | 'terms' | undefined> {
  const ip = requestState(ctx).clientIp
  const result = await signInWith(services, { upstream, identity, ip, termsVersion })
  if (!result.ok) {
    if (result.reason === 'unconnected' || result.reason === 'terms') return result.reason
    leadBack(services, ctx, flow, refusalText(result.reason, upstream.label))
    return undefined
  }
  const { of, query } = flow
  const proof = passwordProof(result.account, services.clock())
  const owner = { upstreamId: upstream.id, accountId: proof.accountId, subject: identity.subject }
  const session = await keepUpstreamSession(services, { ...owner, there })
  services.pending.write(ctx, of, {
    ...proof,
    upstream: { label: upstream.label, amr: identity.amr, session },
  })
  redirect(ctx, of === OWN_PAGE ? `/sign-in/code${query}` : `/interaction/${of}/code${query}`)
  return undefined
}
