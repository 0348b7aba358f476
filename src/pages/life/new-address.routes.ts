/**
 * The page behind the link that confirms a new address. It acts at once in the browser that asked. In another browser it asks
 * for the code.
 */
import { Router } from '@koa/router'
import { ACCOUNT_PATHS } from '../../accounts/account-mail.ts'
import { accountPath } from '../../accounts/account-pages.ts'
import { confirmNewAddress } from '../../accounts/journeys/new-address.ts'
import { previewToken } from '../../accounts/one-time-token.ts'
import { passkeysOf } from '../../accounts/passkeys/passkey.ts'
import { signalsOf } from '../../passkeys/signals.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { redirect } from '../../interaction/page.ts'
import { codeSchema, confirmProblem } from './email.routes.ts'
import { tokenOf } from './life-page.ts'
import type { LifeServices } from './life-page.ts'

export function newAddressRoutes(services: LifeServices): Router {
  const router = new Router()
  router.get('/confirm-email', (ctx) => open(services, ctx, tokenOf(ctx.query['token'])))
  router.post('/confirm-email', (ctx) => submit(services, ctx, tokenOf(formOf(ctx)['token'])))
  return router
}

/** Opening the link changes something only in the browser that asked, because mail scanners lack its cookie. */
async function open(services: LifeServices, ctx: AnyContext, token: string): Promise<void> {
  const browser = services.browserSecret.read(ctx)
  const preview = await previewToken(
    services.db,
    { token, purpose: 'new_address', browser },
    services.clock(),
  )
  if (preview.state === 'used') return done(services, ctx)
  if (preview.state !== 'live') return expired(services, ctx)
  if (!preview.actsHere || ctx.method === 'HEAD') return askForCode(services, ctx, token, preview.email)
  const confirmed = await confirmNewAddress(services, { token, browser, ip: requestState(ctx).clientIp })
  if (confirmed.ok || confirmed.reason === 'used') return done(services, ctx)
  expired(services, ctx)
}

async function submit(services: LifeServices, ctx: AnyContext, token: string): Promise<void> {
  const form = validateForm(codeSchema, formOf(ctx))
  const link = `${ACCOUNT_PATHS.newAddress}?${new URLSearchParams({ token })}`
  if (!form.ok) return services.nextPage.lead(ctx, link, { errors: form.errors })
  const { code } = form.value
  const confirmed = await confirmNewAddress(services, { token, code, ip: requestState(ctx).clientIp })
  // The page of the link says what became of it.
  if (confirmed.ok || confirmed.reason === 'used' || confirmed.reason === 'invalid_token')
    return redirect(ctx, link)
  services.nextPage.lead(ctx, link, { errors: { code: confirmProblem(confirmed.reason) } })
}

function askForCode(services: LifeServices, ctx: AnyContext, token: string, email: string | null): void {
  services.render(ctx, 'confirm-email', {
    action: ACCOUNT_PATHS.newAddress,
    token,
    email,
    errors: {},
    ...services.nextPage.take(ctx),
  })
}

/** The browser of the person keeps their passkeys under the new address from here on. */
async function done(services: LifeServices, ctx: AnyContext): Promise<void> {
  const { account } = (await services.findMember(ctx)) ?? {}
  services.render(ctx, 'email-confirmed', {
    accountHref: accountPath('account'),
    passkeySignals: [account && signalsOf(services, account, await passkeysOf(services.db, account.id))],
  })
}

function expired(services: LifeServices, ctx: AnyContext): void {
  const locals = {
    purpose: 'new-address',
    resendHref: accountPath('email'),
  }
  services.render(ctx, 'link-expired', locals, 410)
}
