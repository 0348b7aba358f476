/** The step of `prompt=select_account`: choose one of the accounts that have signed in with this browser. */
import { findAccountById } from '../../accounts/account.ts'
import type { Account } from '../../accounts/account.ts'
import { formOf } from '../../http/request/request-state.ts'
import { parameter, shownClient } from '../../interaction/open-interaction.ts'
import { redirect, resume } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'
import type { SignInServices } from './browser-memory.ts'

/** A browser has one session: the signed-in account continues at once, any other signs in. */
export function selectAccountPages(services: SignInServices): StepPages {
  return { show: (page) => show(services, page), submit: (page) => submit(services, page) }
}

async function show(services: SignInServices, { ctx, interaction, uid, query }: Page): Promise<void> {
  const current = await currentAccount(services, interaction.session?.accountId)
  const remembered = await services.remembered.list(ctx)
  const others = remembered.filter(({ id }) => id !== current?.id)
  const accounts = [...(current ? [current] : []), ...others]
  if (accounts.length === 0) return redirect(ctx, `/interaction/${uid}/sign-in${query}`)
  services.render(ctx, 'select-account', {
    action: `/interaction/${uid}/select-account${query}`,
    otherHref: `/interaction/${uid}/sign-in${query}`,
    cancelAction: `/interaction/${uid}/cancel${query}`,
    client: await shownClient(services.oidc.current(), parameter(interaction, 'client_id')),
    accounts: accounts.map(({ id, name, email }) => ({ id, name, email, current: id === current?.id })),
  })
}

async function submit(services: SignInServices, page: Page): Promise<void> {
  const { ctx, interaction, uid, query } = page
  const { account = '', forget } = formOf(ctx)
  if (forget) {
    services.remembered.forget(ctx, forget)
    return redirect(ctx, `/interaction/${uid}${query}`)
  }
  const current = await currentAccount(services, interaction.session?.accountId)
  if (current && current.id === account) return resume(services.oidc, page, { select_account: {} })
  const chosen = new URLSearchParams([...new URLSearchParams(query), ['account', account]])
  redirect(ctx, `/interaction/${uid}/sign-in?${chosen}`)
}

async function currentAccount(
  { db }: SignInServices,
  accountId: string | undefined,
): Promise<Account | undefined> {
  const account = accountId ? await findAccountById(db, accountId) : undefined
  return account?.disabledAtMs === null ? account : undefined
}
