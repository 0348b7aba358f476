/** The step of `prompt=select_account`: choose one of the accounts that have signed in with this browser. */
import type { Account } from '../../accounts/account.ts'
import type { Render } from '../../http/render.ts'
import { formOf } from '../../http/request/request-state.ts'
import type { Oidc } from '../../provider/contract/current-provider.ts'
import { parameter, shownClient } from '../../interaction/open-interaction.ts'
import { redirect, resume } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'
import type { RememberedAccounts } from './remembered-accounts.ts'

type Needs = {
  oidc: Oidc
  render: Render
  remembered: Pick<RememberedAccounts, 'list' | 'forget'>
  findAccount: (id: string) => Promise<Account | undefined>
}

/** A browser has one session: the signed-in account continues at once, any other signs in. */
export function selectAccountPages(needs: Needs): StepPages {
  return { show: (page) => show(needs, page), submit: (page) => submit(needs, page) }
}

async function show(needs: Needs, { ctx, interaction, uid, query }: Page): Promise<void> {
  const current = await currentAccount(needs, interaction.session?.accountId)
  const remembered = await needs.remembered.list(ctx)
  const others = remembered.filter(({ id }) => id !== current?.id)
  const accounts = [...(current ? [current] : []), ...others]
  if (accounts.length === 0) return redirect(ctx, `/interaction/${uid}/sign-in${query}`)
  needs.render(ctx, 'select-account', {
    title: 'Choose an account',
    action: `/interaction/${uid}/select-account${query}`,
    otherHref: `/interaction/${uid}/sign-in${query}`,
    cancelAction: `/interaction/${uid}/cancel${query}`,
    client: await shownClient(needs.oidc.current(), parameter(interaction, 'client_id')),
    accounts: accounts.map(({ id, name, email }) => ({ id, name, email, current: id === current?.id })),
  })
}

async function submit(needs: Needs, page: Page): Promise<void> {
  const { ctx, interaction, uid, query } = page
  const { account = '', forget } = formOf(ctx)
  if (forget) {
    needs.remembered.forget(ctx, forget)
    return redirect(ctx, `/interaction/${uid}${query}`)
  }
  const current = await currentAccount(needs, interaction.session?.accountId)
  if (current && current.id === account) return resume(needs.oidc, page, { select_account: {} })
  const chosen = new URLSearchParams([...new URLSearchParams(query), ['account', account]])
  redirect(ctx, `/interaction/${uid}/sign-in?${chosen}`)
}

async function currentAccount(
  { findAccount }: Needs,
  accountId: string | undefined,
): Promise<Account | undefined> {
  const account = accountId ? await findAccount(accountId) : undefined
  return account?.disabledAtMs === null ? account : undefined
}
