/** Whether the person at this browser proved recently who they are: by a sign-in, or by the password again. */
import { isRecentProof } from '../../factors/recent-proof.ts'
import { redirect } from '../../interaction/page.ts'
import type { Member } from '../../interaction/member.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { proofPath } from './paths.ts'
import type { NextPage } from './paths.ts'
import { withRequest } from './security-page.ts'
import type { SecurityServices, Work } from './security-page.ts'

/** The work, for somebody with a recent proof. Anybody else gives one and comes back to `next`. */
export function withProof(next: NextPage | ((ctx: AnyContext) => NextPage), work: Work): Work {
  return async (services, ctx, member) => {
    if (await isProven(services, ctx, member)) return work(services, ctx, member)
    const to = typeof next === 'string' ? next : next(ctx)
    redirect(ctx, withRequest(services, ctx, proofPath(to)))
  }
}

export function isProven(services: SecurityServices, ctx: AnyContext, member: Member): Promise<boolean> {
  const { provenAtMs = 0 } = services.memory.read(ctx, member)
  const atMs = Math.max(provenAtMs, member.signedInAtMs)
  return isRecentProof(services.db, member.account.id, atMs, services.clock())
}
