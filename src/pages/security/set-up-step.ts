/** The step of an app's request where a person sets up the factor that it takes, on the pages of their security. */
import { isVerified } from '../../accounts/account.ts'
import { levelOf, LEVELS, meetsLevel } from '../../accounts/levels.ts'
import { strongestLevel } from '../../accounts/second-factor-needed.ts'
import { wantsPasskey } from '../../provider/requests/authentication-levels.ts'
import { redirect, resume, returnQuery } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { PATHS } from './paths.ts'
import type { SecurityServices } from './security-page.ts'

export function setUpStep(services: SecurityServices): StepPages {
  return {
    show: (page) => show(services, page),
    submit: (page) => decline(services, page),
  }
}

/** Leads to the pages of the set-up, and on to the app once this session is strong enough. */
async function show(services: SecurityServices, page: Page): Promise<void> {
  const { ctx, uid, query } = page
  const member = await services.findMember(ctx)
  // The provider asks for the sign-in, or for the address.
  if (!member || !isVerified(member.account)) return resume(services.oidc, page, {})
  const { account, amr, signedInAtMs } = member
  const isPasskey = wantsPasskey(page.interaction.params)
  const needed = LEVELS[isPasskey ? 2 : 1]
  if (meetsLevel(levelOf(amr), needed)) {
    // A later step repeats the result, so the one of the password alone is replaced.
    const login = { accountId: account.id, amr, remember: true, ts: Math.floor(signedInAtMs / SECOND_MS) }
    return resume(services.oidc, page, { login })
  }
  if (meetsLevel(await strongestLevel(services.db, account.id), needed)) return askAgain(services, page)
  redirect(ctx, `${isPasskey ? PATHS.newPasskey : PATHS.app}${returnQuery(uid, query)}`)
}

/** The factor was set up elsewhere meanwhile. Without the result of the password, the provider asks for a sign-in. */
async function askAgain(services: SecurityServices, page: Page): Promise<void> {
  const { login: _password, ...others } = page.interaction.lastSubmission ?? {}
  await resume(services.oidc, page, others, { mergeWithLastSubmission: false })
}

/**
 * `Not now`. The app learns that its level was not reached, so it may ask for a weaker one. Where the operator requires the
 * factor, a weaker one would not help.
 */
async function decline(services: SecurityServices, page: Page): Promise<void> {
  const member = await services.findMember(page.ctx)
  const refusal = {
    error: member?.due === 'second_factor' ? 'access_denied' : 'unmet_authentication_requirements',
    error_description: 'the person has no second factor, and did not set one up',
  }
  await resume(services.oidc, page, refusal, { mergeWithLastSubmission: false })
}
