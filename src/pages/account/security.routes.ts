/** The pages of the signed-in person for password, sessions, and apps with access. */
import { Router } from '@koa/router'
import { z } from 'zod'
import type { Account } from '../../accounts/account.ts'
import { endSession, listSessions } from '../../sessions/account-sessions.ts'
import { signOutEverywhere } from '../../accounts/account-state.ts'
import { listConsents, revokeConsent } from '../../consents/consents.ts'
import { changePassword } from '../../accounts/journeys/password-change.ts'
import type { PasswordChanged } from '../../accounts/journeys/password-change.ts'
import { passwordProblemText } from '../../passwords/password-policy.ts'
import type { Render } from '../../http/render.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { OFFLINE_ACCESS } from '../../provider/grants/lifetimes.ts'
import { scopeWords } from '../../provider/grants/scope-words.ts'
import { browserName } from '../../sessions/browser-name.ts'
import { asMember, SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { FindMember, Member } from '../../interaction/member.ts'
import type { Services } from '../../services.ts'

type Needs = {
  services: Services
  render: Render
  findMember: FindMember
  deviceCookie: {
    read: (ctx: AnyContext) => string | undefined
    write: (ctx: AnyContext, account: Account) => void
  }
  /** Ends a session and its grants in the grant store. */
  endSessionAndGrants: (uid: string) => Promise<void>
  clientName: (clientId: string) => Promise<string | undefined>
  /** A scope of a resource server, in words for people. */
  scopeTitle: (resource: string, scope: string) => Promise<string>
}

const passwordSchema = z.object({
  currentPassword: z.string().min(1, 'Enter your current password.'),
  newPassword: z.string().min(1, 'Choose a new password.'),
})

export function securityRoutes(needs: Needs): Router {
  const router = new Router()
  const on = {
    password: asMember(needs.findMember, 'password'),
    sessions: asMember(needs.findMember, 'sessions'),
    apps: asMember(needs.findMember, 'apps'),
  }
  router.get(
    '/account/password',
    on.password((ctx, who) => showPassword(needs, ctx, who)),
  )
  router.post(
    '/account/password',
    on.password((ctx, who) => submitPassword(needs, ctx, who)),
  )
  router.get(
    '/account/sessions',
    on.sessions((ctx, who) => showSessions(needs, ctx, who)),
  )
  router.post(
    '/account/sessions/end',
    on.sessions((ctx, who) => endOne(needs, ctx, who)),
  )
  router.post(
    '/account/sessions/end-all',
    on.sessions((ctx, who) => endAll(needs, ctx, who)),
  )
  router.get(
    '/account/apps',
    on.apps((ctx, who) => showApps(needs, ctx, who)),
  )
  router.post(
    '/account/apps/revoke',
    on.apps((ctx, who) => revokeApp(needs, ctx, who)),
  )
  return router
}

type Form = { errors?: Record<string, string>; notice?: string }

function showPassword(
  needs: Needs,
  ctx: AnyContext,
  { account }: Member,
  form: Form = {},
  status = 200,
): void {
  const { passwordMinLength: minLength } = needs.services.config.accounts
  const locals = {
    action: '/account/password',
    account: { email: account.email },
    minLength,
    errors: {},
    ...form,
  }
  needs.render(ctx, 'account-password', { title: 'Password', signOutHref: SIGN_OUT_PATH, ...locals }, status)
}

async function submitPassword(needs: Needs, ctx: AnyContext, member: Member): Promise<void> {
  const form = validateForm(passwordSchema, formOf(ctx))
  if (!form.ok) return showPassword(needs, ctx, member, form, 400)
  const outcome = await changePassword(needs.services, {
    accountId: member.account.id,
    ...form.value,
    sessionUid: member.sessionUid,
    ip: requestState(ctx).clientIp ?? '',
    deviceCookie: needs.deviceCookie.read(ctx),
  })
  if (!outcome.ok) return showPassword(needs, ctx, member, { errors: errorsOf(needs, outcome) }, 400)
  // The password change has ended the old session, like all others.
  needs.deviceCookie.write(ctx, outcome.account)
  showPassword(needs, ctx, member, { notice: 'Password changed. You are signed out on every other device.' })
}

function errorsOf(needs: Needs, refused: Exclude<PasswordChanged, { ok: true }>): Record<string, string> {
  if (refused.reason === 'password_refused')
    return { newPassword: passwordProblemText(refused.problem, needs.services.config) }
  return {
    currentPassword:
      'This is not your current password. After too many attempts this pauses for a few minutes.',
  }
}

async function showSessions(needs: Needs, ctx: AnyContext, member: Member, notice?: string): Promise<void> {
  const sessions = await listSessions(needs.services.db, member.account.id, needs.services.clock())
  needs.render(ctx, 'account-sessions', {
    title: 'Sessions',
    signOutHref: SIGN_OUT_PATH,
    endAction: '/account/sessions/end',
    endAllAction: '/account/sessions/end-all',
    sessions: sessions.map(({ uid, userAgent, ip, lastSeenAtMs }) => ({
      id: uid,
      label: browserName(userAgent),
      ip,
      lastSeenAtMs,
      current: uid === member.sessionUid,
    })),
    notice,
  })
}

async function endOne(needs: Needs, ctx: AnyContext, member: Member): Promise<void> {
  const uid = formOf(ctx)['id'] ?? ''
  const ended = await endSession(needs.services, member.account.id, uid)
  if (ended) await needs.endSessionAndGrants(uid)
  if (ended && uid === member.sessionUid) return goHome(ctx)
  await showSessions(needs, ctx, member, ended ? 'Signed out there.' : 'That session had ended already.')
}

async function endAll(needs: Needs, ctx: AnyContext, { account }: Member): Promise<void> {
  await signOutEverywhere(needs.services, account.id, { actor: account.id, ip: requestState(ctx).clientIp })
  goHome(ctx)
}

async function showApps(needs: Needs, ctx: AnyContext, { account }: Member, notice?: string): Promise<void> {
  const consents = await listConsents(needs.services.db, account.id)
  const apps = await Promise.all(
    consents.map(async ({ clientId, scopes, resources, grantedAtMs }) => ({
      clientId,
      name: (await needs.clientName(clientId)) ?? clientId,
      scopes: [
        ...scopes.map((scope) => scopeWords(scope)?.title ?? scope),
        ...(await Promise.all(
          Object.entries(resources).flatMap(([resource, own]) =>
            own.map((scope) => needs.scopeTitle(resource, scope)),
          ),
        )),
      ],
      grantedAtMs,
      offline: scopes.includes(OFFLINE_ACCESS),
    })),
  )
  const locals = { apps, revokeAction: '/account/apps/revoke', signOutHref: SIGN_OUT_PATH, notice }
  needs.render(ctx, 'account-apps', { title: 'Apps', ...locals })
}

async function revokeApp(needs: Needs, ctx: AnyContext, member: Member): Promise<void> {
  const { id: accountId } = member.account
  const grantIdDigests = await revokeConsent(needs.services, accountId, formOf(ctx)['clientId'] ?? '')
  if (grantIdDigests) await needs.services.revokeAccess({ sessionUids: [], grantIdDigests })
  await showApps(
    needs,
    ctx,
    member,
    grantIdDigests ? 'The app has no access any more.' : 'That app had no access.',
  )
}

function goHome(ctx: AnyContext): void {
  ctx.redirect('/')
  ctx.status = 303
}
