/** The step for an account without a confirmed address. It may sign in here, but not to apps. */
import { findAccountById } from '../../accounts/account.ts'
import { activateSignedIn } from '../../accounts/journeys/activation.ts'
import type { Activated } from '../../accounts/journeys/activation.ts'
import { resendActivation } from '../../accounts/journeys/sign-up.ts'
import { codeProblemMessage } from '../../accounts/code-problem.ts'
import type { TokenRefusal } from '../../accounts/one-time-token.ts'
import type { PageServices } from '../../feature.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { Services } from '../../services.ts'
import { parameter, shownClient } from '../../interaction/open-interaction.ts'
import { createMailWait } from '../../interaction/pending/mail-wait.ts'
import type { MailWait } from '../../interaction/pending/mail-wait.ts'
import type { Said } from '../../interaction/next-page.ts'
import { resume } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'

export function verifyEmailPages(given: PageServices): StepPages {
  const services = { ...given, mailWait: createMailWait(given) }
  return {
    show: (page) => show(services, page),
    async submit(page) {
      const { resend, code = '' } = formOf(page.ctx)
      const ip = requestState(page.ctx).clientIp
      const accountId = page.interaction.session?.accountId ?? ''
      if (resend) {
        await resendTo(services, accountId, ip)
        return leadBack(services, page, 'page-sent-again')
      }
      const problem = code.trim() && codeProblem(await activateSignedIn(services, { accountId, code, ip }))
      if (problem) return leadBack(services, page, { errors: { code: problem } })
      await resume(services.oidc, page, { verify_email: {} })
    },
  }
}

async function resendTo(services: Services, accountId: string, ip = ''): Promise<void> {
  const account = await findAccountById(services.db, accountId)
  if (account) await resendActivation(services, { email: account.email, ip })
}

/** `undefined` when the address is confirmed, now or before. */
function codeProblem(activated: Activated): string | undefined {
  if (activated.ok || activated.reason === 'used') return undefined
  return codeProblemMessage[activated.reason as TokenRefusal]
}

function leadBack({ nextPage }: PageServices, { ctx, uid, query }: Page, said: string | Said): void {
  nextPage.lead(ctx, `/interaction/${uid}${query}`, said)
}

async function show(
  services: PageServices & { mailWait: MailWait },
  { ctx, interaction, uid, query }: Page,
): Promise<void> {
  const account = await findAccountById(services.db, interaction.session?.accountId ?? '')
  const said = services.nextPage.take(ctx)
  const locals = {
    action: `/interaction/${uid}/verify-email${query}`,
    client: await shownClient(services.oidc.current(), parameter(interaction, 'client_id')),
    account: account && { email: account.email, name: account.name },
    errors: {},
    ...said,
    ...(await services.mailWait(ctx, said)),
  }
  services.render(ctx, 'verify-email', locals)
}
