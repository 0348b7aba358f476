/** Says that an app is for others. The person goes back to it, or signs in with another account. */
import type { PageServices } from '../../feature.ts'
import { mayUse } from '../../groups/app-access.ts'
import { findClient, parameter, shownClient } from '../../interaction/open-interaction.ts'
import { resume } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'

export function noAccessPage(services: PageServices): Pick<StepPages, 'show'> {
  return { show: (page) => show(services, page) }
}

async function show(services: PageServices, page: Page): Promise<void> {
  const { accountCache, oidc, render } = services
  const { ctx, interaction, uid, query } = page
  const clientId = parameter(interaction, 'client_id')
  const account = await accountCache.find(interaction.session?.accountId ?? '')
  // Gone, or let in meanwhile: the provider knows what is next.
  if (!account || mayUse(await findClient(oidc.current(), clientId), account)) return resume(oidc, page, {})
  render(ctx, 'no-access', {
    client: await shownClient(oidc.current(), clientId),
    account: { email: account.email },
    switchAccountHref: `/interaction/${uid}/sign-in${query}`,
    cancelAction: `/interaction/${uid}/cancel${query}`,
    reloadHref: `/interaction/${uid}${query}`,
    ...services.nextPage.take(ctx),
  })
}
