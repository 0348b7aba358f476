/** The step of an app's request where a person accepts a new version of the terms. To refuse leads back to the app. */
import { z } from 'zod'
import { findAccountById } from '../../accounts/account.ts'
import { acceptTerms, areTermsDue, LONGEST_TERMS_VERSION } from '../../accounts/terms.ts'
import type { PageServices } from '../../feature.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { parameter, shownClient } from '../../interaction/open-interaction.ts'
import { resume } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'

export const termsForm = z.object({
  decision: z.enum(['accept', 'refuse']),
  /** That of the page. The person accepted what they saw. */
  version: z.string().max(LONGEST_TERMS_VERSION).default(''),
})

export function termsStep(services: PageServices): StepPages {
  return { show: (page) => show(services, page), submit: (page) => submit(services, page) }
}

async function show(services: PageServices, page: Page): Promise<void> {
  const { ctx, interaction, uid, query } = page
  const account = await findAccountById(services.db, accountIdOf(page))
  // Accepted in another tab, or gone: the provider knows what is next.
  if (!account || !areTermsDue(services, account)) return resume(services.oidc, page, {})
  services.render(ctx, 'terms', {
    action: `/interaction/${uid}/terms${query}`,
    client: await shownClient(services.oidc.current(), parameter(interaction, 'client_id')),
    account: { email: account.email },
    isNewVersion: account.termsVersion !== null,
    errors: {},
    ...services.nextPage.take(ctx),
  })
}

async function submit(services: PageServices, page: Page): Promise<void> {
  const { ctx, uid, query } = page
  const form = validateForm(termsForm, formOf(ctx))
  const again = () => services.nextPage.lead(ctx, `/interaction/${uid}${query}`, 'terms-changed')
  if (!form.ok) return again()
  const { decision, version } = form.value
  if (decision === 'refuse') {
    const refusal = { error: 'access_denied', error_description: 'the person did not accept the terms' }
    return resume(services.oidc, page, refusal, { mergeWithLastSubmission: false })
  }
  const ip = requestState(ctx).clientIp
  if (!(await acceptTerms(services, { accountId: accountIdOf(page), version, ip }))) return again()
  await resume(services.oidc, page, { terms: {} })
}

function accountIdOf({ interaction }: Page): string {
  return interaction.session?.accountId ?? ''
}
