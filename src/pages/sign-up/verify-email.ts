/** The step for an account without a confirmed address. It may sign in here, but not to apps. */
import { findAccountById } from '../../accounts/account.ts'
import type { Activated } from '../../accounts/journeys/activation.ts'
import { codeProblemText } from '../../accounts/code-problem.ts'
import type { TokenRefusal } from '../../accounts/one-time-token.ts'
import type { Render } from '../../http/render.ts'
import { formOf } from '../../http/request/request-state.ts'
import type { Oidc } from '../../provider/contract/current-provider.ts'
import type { Db } from '../../platform/sql/database.ts'
import { parameter, shownClient } from '../../interaction/open-interaction.ts'
import { resume } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'

type Needs = {
  db: Db
  oidc: Oidc
  render: Render
  mailbox: boolean
  resendActivation: (page: Page, accountId: string) => Promise<void>
  /** Confirms the address by the code from the mail. */
  activate: (page: Page, accountId: string, code: string) => Promise<Activated>
}

export function verifyEmailPages(needs: Needs): StepPages {
  return {
    show: (page) => show(needs, page),
    async submit(page) {
      const { resend, code = '' } = formOf(page.ctx)
      const accountId = page.interaction.session?.accountId ?? ''
      if (resend) {
        await needs.resendActivation(page, accountId)
        return show(needs, page, { notice: 'A new mail is on its way.' })
      }
      const problem = code.trim() && codeProblem(await needs.activate(page, accountId, code))
      if (problem) return show(needs, page, { errors: { code: problem } }, 400)
      await resume(needs.oidc, page, { verify_email: {} })
    },
  }
}

/** `undefined` when the address is confirmed, now or before. */
function codeProblem(activated: Activated): string | undefined {
  if (activated.ok || activated.reason === 'used') return undefined
  return codeProblemText[activated.reason as TokenRefusal]
}

type State = { notice?: string; errors?: Record<string, string> }

async function show(
  needs: Needs,
  { ctx, interaction, uid, query }: Page,
  state: State = {},
  status = 200,
): Promise<void> {
  const account = await findAccountById(needs.db, interaction.session?.accountId ?? '')
  const locals = {
    title: 'Confirm your address',
    action: `/interaction/${uid}/verify-email${query}`,
    client: await shownClient(needs.oidc.current(), parameter(interaction, 'client_id')),
    account: account && { email: account.email, name: account.name },
    mailbox: needs.mailbox,
    errors: {},
    ...state,
  }
  needs.render(ctx, 'verify-email', locals, status)
}
