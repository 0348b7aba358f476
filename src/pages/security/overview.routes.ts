/** The page of one's second factors. */
import type { Router } from '@koa/router'
import { ACCOUNT_PATHS } from '../../accounts/account-mail.ts'
import { isVerified } from '../../accounts/account.ts'
import { factorsOf } from '../../factors/factors.ts'
import { RECOVERY_CODES } from '../../factors/recovery-codes.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { hasPasskeys } from '../../passkeys/options.ts'
import { passkeysOf } from '../../accounts/passkeys/passkey.ts'
import { signalsOf, unknownSignal } from '../../passkeys/signals.ts'
import { listLinks } from '../../upstreams/links.ts'
import { createOfferedUpstreams } from '../../upstreams/offered.ts'
import type { OfferedUpstreams } from '../../upstreams/offered.ts'
import { passkeyPath, PATHS } from './paths.ts'
import { passwordOf } from './security-page.ts'
import type { SecurityServices } from './security-page.ts'

export function overviewRoutes(services: SecurityServices): Router {
  const offered = createOfferedUpstreams(services)
  const page = { ...services, offered }
  return memberRoutes(page, 'security', [['get', '/account/security', show]])
}

type OverviewServices = SecurityServices & { offered: OfferedUpstreams }

async function show(services: OverviewServices, ctx: AnyContext, member: Member): Promise<void> {
  const { account } = member
  const waiting = services.memory.read(ctx, member).newCodes !== undefined
  const {
    totp,
    recoveryCodesLeft: left,
    recoveryCodesMadeAtMs: madeAtMs,
  } = await factorsOf(services.db, account.id)
  const said = services.nextPage.take(ctx, member)
  const passkeys = await passkeysOf(services.db, account.id)
  const canAdd = account.passwordHash === null && passkeys.length > 0
  services.render(ctx, 'security', {
    passkeys: passkeys.map((one) => ({ ...one, href: passkeyPath(one.id) })),
    newPasskeyHref: hasPasskeys(services) ? PATHS.newPasskey : undefined,
    signOutHref: SIGN_OUT_PATH,
    totp,
    codes: { left, of: RECOVERY_CODES, madeAtMs },
    unsavedHref: waiting ? PATHS.newCodes : undefined,
    emailVerified: isVerified(account),
    setUpAction: PATHS.app,
    removeHref: PATHS.remove,
    renewHref: PATHS.codes,
    password: passwordOf(member),
    addPasswordHref: canAdd ? PATHS.password : undefined,
    forgotHref: ACCOUNT_PATHS.forgot,
    ...(await connectionsOf(services, account.id)),
    passkeySignals: [
      signalsOf(services, account, passkeys),
      unknownSignal(services, said.values?.['unknownPasskey']),
    ],
    ...said,
  })
}

/** The providers that this account is connected with, and those that it may be connected with. */
async function connectionsOf({ db, offered }: OverviewServices, accountId: string) {
  const links = await listLinks(db, accountId)
  const connected = new Set(links.map(({ upstreamId }) => upstreamId))
  const action = (id: string) => `${PATHS.overview}/connections/${id}`
  return {
    connections: links.map((link) => ({ ...link, removeAction: `${action(link.upstreamId)}/remove` })),
    connectable: (await offered.all())
      .filter(({ id }) => !connected.has(id))
      .map(({ id, label }) => ({ label, action: action(id) })),
  }
}
