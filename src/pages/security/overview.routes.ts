/** The page of one's second factors. */
import type { Router } from '@koa/router'
import { isVerified } from '../../accounts/account.ts'
import { factorsOf } from '../../factors/factors.ts'
import { RECOVERY_CODES } from '../../factors/recovery-codes.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { PATHS } from './paths.ts'
import type { SecurityServices } from './security-page.ts'

export function overviewRoutes(services: SecurityServices): Router {
  return memberRoutes(services, 'security', [['get', '/account/security', show]])
}

async function show(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const { account } = member
  const waiting = services.memory.read(ctx, member).newCodes !== undefined
  const {
    totp,
    recoveryCodesLeft: left,
    recoveryCodesMadeAtMs: madeAtMs,
  } = await factorsOf(services.db, account.id)
  services.render(ctx, 'security', {
    signOutHref: SIGN_OUT_PATH,
    totp,
    codes: { left, of: RECOVERY_CODES, madeAtMs },
    unsavedHref: waiting ? PATHS.newCodes : undefined,
    emailVerified: isVerified(account),
    setUpAction: PATHS.app,
    removeHref: PATHS.remove,
    renewHref: PATHS.codes,
    ...services.nextPage.take(ctx, member),
  })
}
