/** The set-up of an authenticator app that this browser has open. */
import { isVerified } from '../../accounts/account.ts'
import { beginTotp, pendingTotp } from '../../factors/totp-set-up.ts'
import type { ShownTotp } from '../../factors/totp-set-up.ts'
import { factorsOf } from '../../factors/factors.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Member } from '../../interaction/member.ts'
import { redirect } from '../../interaction/page.ts'
import type { Memory } from './page-memory.ts'
import { PATHS } from './paths.ts'
import { backWith, withRequest } from './security-page.ts'
import type { SecurityServices } from './security-page.ts'

/** The one that was begun in this session. A secret that another session has seen is not shown here. */
export async function currentSetUp(
  services: SecurityServices,
  { account }: Member,
  { setUpUntilMs }: Memory,
): Promise<ShownTotp | undefined> {
  if (setUpUntilMs === undefined) return undefined
  const pending = await pendingTotp(services, account.id)
  return pending?.expiresAtMs === setUpUntilMs ? pending : undefined
}

/** Opens the set-up, and leads to its page. For somebody who proved who they are. */
export async function openSetUp(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
  kept: Memory,
): Promise<void> {
  if (await beginSetUp(services, ctx, member, kept)) redirect(ctx, withRequest(services, ctx, PATHS.app))
}

/** Begins a set-up, or goes on with the one of another tab. Leads back where there is nothing to set up. */
export async function beginSetUp(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
  kept: Memory,
): Promise<ShownTotp | undefined> {
  const { db, memory } = services
  const { account } = member
  const obstacle = !isVerified(account)
    ? 'unconfirmed'
    : (await factorsOf(db, account.id)).totp && 'on-already'
  if (obstacle) {
    backWith(services, ctx, member, obstacle, kept)
    return undefined
  }
  const open = (await currentSetUp(services, member, kept)) ?? (await beginTotp(services, account.id))
  memory.keep(ctx, member, { ...kept, setUpUntilMs: open.expiresAtMs })
  return open
}
