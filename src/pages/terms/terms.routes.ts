/** The page before the own pages of a person who has yet to accept the terms. Who refuses may take their data, and leave. */
import type { Router } from '@koa/router'
import { accountPath } from '../../accounts/account-pages.ts'
import { acceptTerms, areTermsDue } from '../../accounts/terms.ts'
import type { PageServices } from '../../feature.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { redirect } from '../../interaction/page.ts'
import { termsForm } from './terms-step.ts'

const PATH = accountPath('terms')

export function termsRoutes(services: PageServices): Router {
  return memberRoutes(services, 'terms', [
    ['get', '/account/terms', show],
    ['post', '/account/terms', submit],
  ])
}

function show(services: PageServices, ctx: AnyContext, member: Member): void {
  const { account } = member
  if (!areTermsDue(services, account)) return redirect(ctx, wayOn(ctx))
  services.render(ctx, 'terms', {
    action: PATH + ctx.search,
    account: { email: account.email },
    isNewVersion: account.termsVersion !== null,
    dataHref: accountPath('data'),
    deleteHref: accountPath('delete'),
    errors: {},
    ...services.nextPage.take(ctx, member),
  })
}

async function submit(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const form = validateForm(termsForm, formOf(ctx))
  const again = () => services.nextPage.lead(ctx, PATH + ctx.search, 'terms-changed', member)
  if (!form.ok) return again()
  const { decision, version } = form.value
  if (decision === 'refuse') return redirect(ctx, SIGN_OUT_PATH)
  const ip = requestState(ctx).clientIp
  const accepted = await acceptTerms(services, { accountId: member.account.id, version, ip })
  if (!accepted && areTermsDue(services, member.account)) return again()
  redirect(ctx, wayOn(ctx))
}

/** One of the own pages, by its name. */
function wayOn(ctx: AnyContext): string {
  const wanted = accountPath(ctx.query['for'])
  return wanted === PATH ? accountPath('account') : wanted
}
