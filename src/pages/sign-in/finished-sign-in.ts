/** What follows once a person has proved everything: for an app's request, and for the person's own pages. */
import { accountPath } from '../../accounts/account-pages.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Interaction } from '../../interaction/open-interaction.ts'
import { redirect, resume } from '../../interaction/page.ts'
import type { Page } from '../../interaction/page.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { readSession } from '../../provider/sessions/browser-session.ts'
import type { SignInServices } from './browser-memory.ts'
import { noteBrowser, recognise, signInBrowser } from '../../interaction/signed-in-browser.ts'
import { leaveSession } from '../../interaction/session-changes.ts'
import type { FinishedSignIn } from '../../interaction/session-changes.ts'

/** Answers the app's request with this sign-in. */
export async function finishForApp(
  services: SignInServices,
  page: Page,
  { account, amr, upstreamSession }: FinishedSignIn,
): Promise<void> {
  await noteBrowser(services, page.ctx, account)
  await makeRoom(services, page, account)
  // The time of the sign-in is part of the result, because later steps repeat the result.
  const ts = Math.floor(services.clock() / SECOND_MS)
  const login = {
    accountId: account.id,
    amr,
    remember: true,
    ts,
    ...(upstreamSession && { upstreamSession }),
  }
  // A sign-in also answers these two prompts.
  const { name } = page.interaction.prompt
  const answered = name === 'create' || name === 'select_account' ? { [name]: {} } : {}
  await resume(services.oidc, page, { login, ...answered })
  recognise(services, page.ctx, account)
}

/** Begins the session, and leads to the page of the person's own that the query names. */
export async function finishHere(
  services: SignInServices,
  ctx: AnyContext,
  finished: FinishedSignIn,
): Promise<void> {
  const sessionUid = await signInBrowser(services, ctx, finished)
  const href = accountPath(ctx.query['next'])
  // As it was before this sign-in, which cancelled the deletion.
  if (finished.account.deleteAtMs === null) return redirect(ctx, href)
  services.nextPage.lead(ctx, href, 'delete-cancelled', { sessionUid })
}

/** A browser that is signed in as somebody else is signed out first. */
async function makeRoom(
  services: SignInServices,
  { ctx, interaction }: Page,
  account: { id: string },
): Promise<void> {
  const session = await readSession(services.oidc.current(), ctx)
  if (!session.accountId || session.accountId === account.id) return
  await forget(interaction)
  await leaveSession(services, ctx)
}

async function forget(interaction: Interaction): Promise<void> {
  interaction.session = undefined
  await interaction.persist()
}
