/** The step for an account whose address is not confirmed yet: it may sign in here, but grants nothing to apps. */
import { findAccountById } from '../accounts/account.ts'
import type { Render } from '../http/render.ts'
import { formOf } from '../http/request-state.ts'
import type { Oidc } from '../oidc/provider.ts'
import type { Db } from '../platform/database.ts'
import { parameter, shownClient } from './open-interaction.ts'
import { resume } from './page.ts'
import type { Page, StepPages } from './page.ts'

type Needs = {
  db: Db
  oidc: Oidc
  render: Render
  mailbox: boolean
  resendActivation: (page: Page, accountId: string) => Promise<void>
}

export function verifyEmailPages(needs: Needs): StepPages {
  return {
    show: (page) => show(needs, page),
    async submit(page) {
      if (formOf(page.ctx)['resend']) {
        await needs.resendActivation(page, page.interaction.session?.accountId ?? '')
        return show(needs, page, 'A new mail is on its way.')
      }
      await resume(needs.oidc, page, { verify_email: {} })
    },
  }
}

async function show(needs: Needs, { ctx, interaction, uid, query }: Page, notice?: string): Promise<void> {
  const account = await findAccountById(needs.db, interaction.session?.accountId ?? '')
  needs.render(ctx, 'verify-email', {
    title: 'Confirm your address',
    action: `/interaction/${uid}/verify-email${query}`,
    client: await shownClient(needs.oidc.current(), parameter(interaction, 'client_id')),
    account: account && { email: account.email, name: account.name },
    mailbox: needs.mailbox,
    notice,
  })
}
