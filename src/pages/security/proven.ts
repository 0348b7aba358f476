/** Whether the person at this browser proved recently who they are: by a sign-in, or by the password again. */
import { isPasskeyAlone } from '../../accounts/passkeys/passkey.ts'
import { levelOf } from '../../accounts/levels.ts'
import { isRecentProof, isWithoutFactor } from '../../factors/recent-proof.ts'
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

/** The same for the proof of a passkey that verified the person: here, or at a sign-in with it alone. */
export function withPasskeyProof(next: NextPage, work: Work): Work {
  return async (services, ctx, member) => {
    const { verifiedAtMs = 0 } = services.memory.read(ctx, member)
    const atMs = isPasskeyAlone(member.amr) ? Math.max(verifiedAtMs, member.signedInAtMs) : verifiedAtMs
    if (await isRecentProof(services.db, member.account.id, atMs, services.clock()))
      return work(services, ctx, member)
    redirect(ctx, proofPath(next))
  }
}

export async function isProven(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
): Promise<boolean> {
  const { provenAtMs = 0 } = services.memory.read(ctx, member)
  const atMs = (await lacksFactor(services, member)) ? provenAtMs : Math.max(provenAtMs, member.signedInAtMs)
  return isRecentProof(services.db, member.account.id, atMs, services.clock())
}

/** True where the second factor was not asked for. The sign-in and the password are no proof for a change of factors then. */
export async function lacksFactor(
  { db }: SecurityServices,
  { account, amr, signedInAtMs }: Member,
): Promise<boolean> {
  return isWithoutFactor(db, account.id, { level: levelOf(amr), signedInAtMs })
}
