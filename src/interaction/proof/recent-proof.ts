/**
 * For pages beside those of one's security that take a recent proof: what the page of the password leaves for them. It is
 * sealed in a cookie, and counts for the session that gave the proof.
 */
import { z } from 'zod'
import { isRecentProof, RECENT_PROOF_MS } from '../../factors/recent-proof.ts'
import { cookieName, cookieOf } from '../../http/request/cookies.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Services } from '../../services.ts'
import type { Member } from '../member.ts'
import { redirect } from '../page.ts'

/** Where the password is asked for. */
export const PROOF_PATH = '/account/security/confirm'

/** The pages that somebody comes back to from there. */
export type PageWithProof = 'email' | 'delete' | 'data'

export function isPageWithProof(name: unknown): name is PageWithProof {
  return name === 'email' || name === 'delete' || name === 'data'
}

export type RecentProof = {
  /** Notes that the person gave the proof, now or at `atMs`. */
  keep: (ctx: AnyContext, member: Member, atMs?: number) => void
  isProven: (ctx: AnyContext, member: Member) => Promise<boolean>
}

const CONTEXT = 'recent-proof'
const schema = z.object({ sessionUid: z.string(), provenAtMs: z.number() })

export function createRecentProof({
  config: { secure },
  db,
  sealer,
  clock,
}: Pick<Services, 'config' | 'db' | 'sealer' | 'clock'>): RecentProof {
  const name = cookieName('proof', secure)
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/account', signed: false } as const
  return {
    keep(ctx, { sessionUid }, provenAtMs = clock()) {
      const value = sealer.seal(JSON.stringify({ sessionUid, provenAtMs }), CONTEXT)
      ctx.cookies.set(name, value, { ...options, maxAge: RECENT_PROOF_MS })
    },
    isProven(ctx, { account, sessionUid, signedInAtMs }) {
      const sealed = cookieOf(ctx, name)
      const opened = sealed === undefined ? undefined : sealer.open(sealed, CONTEXT)
      const { data } = schema.safeParse(opened && JSON.parse(opened))
      const keptAtMs = data?.sessionUid === sessionUid ? data.provenAtMs : 0
      return isRecentProof(db, account.id, Math.max(keptAtMs, signedInAtMs), clock())
    },
  }
}

type Proving = { recentProof: RecentProof }
type Work<Given> = (services: Given, ctx: AnyContext, member: Member) => Promise<void> | void

/** The work, for somebody with a recent proof. Anybody else types the password and comes back to `next`. */
export function withRecentProof<Given extends Proving>(next: PageWithProof, work: Work<Given>): Work<Given> {
  return async (services, ctx, member) => {
    if (await services.recentProof.isProven(ctx, member)) return work(services, ctx, member)
    redirect(ctx, `${PROOF_PATH}?next=${next}`)
  }
}
