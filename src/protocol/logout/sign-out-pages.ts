/** The pages of a sign-out: ask, notify the apps of this browser, done. */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Render } from '../../http/render.ts'
import { PAGE_POLICY, replaceContentPolicy } from '../../http/security-headers.ts'
import { redirect } from '../../interaction/page.ts'
import { readSession } from '../../provider/sessions/browser-session.ts'
import type { SubjectServices } from '../../provider/subjects/pairwise.ts'
import { frontchannelAddresses, framePolicy } from './frontchannel-logout.ts'
import { endHintedSession } from './hinted-session.ts'
import { hintNamesSession, signOut } from './sign-out.ts'
import { revokeGrant } from '../../grant-store/revocation.ts'
import { inLanguage } from '../../words/tagged.ts'

const LONGEST_ADDRESS = 8192

type SignOutServices = SubjectServices & { render: Render }

export function createSignOutPages(services: SignOutServices) {
  return {
    ask: (ctx: KoaContextWithOIDC) => ask(services, ctx),
    showDone: (ctx: KoaContextWithOIDC) => showDone(services, ctx),
    repeat,
    passOn: (ctx: KoaContextWithOIDC) => passOn(services, ctx),
    tellApps: (ctx: KoaContextWithOIDC) => tellApps(services, ctx),
  }
}

function leave({ store, clock }: SignOutServices, ctx: KoaContextWithOIDC): Promise<void> {
  return signOut(ctx, (grantId) => revokeGrant({ store, clock }, grantId))
}

/**
 * Asks for confirmation, unless the app's request proves that it belongs to the session that it ends. A request that
 * belongs to another session ends that one, as it would without this browser. The person then decides about this one.
 */
async function ask(services: SignOutServices, ctx: KoaContextWithOIDC): Promise<void> {
  if (hintNamesSession(ctx, services.subjects)) return leave(services, ctx)
  await endHintedSession(services, ctx)
  const { client, session } = ctx.oidc
  services.render(ctx, 'sign-out', {
    action: ctx.oidc.urlFor('end_session_confirm'),
    xsrf: session?.state?.['secret'],
    again: ctx.querystring,
    client: client && { name: inLanguage(client, 'client_name') ?? client.clientName ?? client.clientId },
  })
}

async function showDone({ render }: SignOutServices, ctx: KoaContextWithOIDC): Promise<void> {
  const { accountId } = await readSession(ctx.oidc.provider, ctx)
  render(ctx, 'signed-out', { client: shownClient(ctx), stays: accountId !== undefined })
}

/**
 * Without a sign-in there is nothing to confirm, so the browser returns to the app. The library would submit a form by
 * script.
 */
async function passOn(services: SignOutServices, ctx: KoaContextWithOIDC): Promise<void> {
  if (ctx.status !== 200 || ctx.oidc.session?.accountId) return
  replaceContentPolicy(ctx, PAGE_POLICY)
  await endHintedSession(services, ctx)
  await leave(services, ctx)
}

/**
 * Handles the page's form when it is sent twice, from a second tab or after going back. The request behind the page is
 * sent again, and asks once more where somebody is still signed in. True when the browser was redirected.
 */
function repeat(ctx: KoaContextWithOIDC, error: unknown): boolean {
  const { again } = (ctx.oidc.body ?? {}) as { again?: unknown }
  if (!(error instanceof errors.InvalidRequest) || typeof again !== 'string') return false
  const address = `${ctx.oidc.urlFor('end_session')}?${new URLSearchParams(again)}`
  // The encoded address may be longer than browsers and proxies accept.
  if (address.length > LONGEST_ADDRESS) return false
  redirect(ctx, address)
  return true
}

/** Shows a page with frames before the return to the app, for apps with front-channel logout. */
async function tellApps({ render }: SignOutServices, ctx: KoaContextWithOIDC): Promise<void> {
  if (ctx.status !== 303) return
  const frames = await frontchannelAddresses(ctx)
  if (frames.length === 0) return
  const next = ctx.response.get('Location')
  const own = next.startsWith(ctx.oidc.urlFor('end_session_success'))
  ctx.remove('Location')
  render(ctx, 'signed-out', {
    client: shownClient(ctx),
    frames,
    continueHref: own ? undefined : next,
  })
  replaceContentPolicy(ctx, framePolicy(PAGE_POLICY, frames))
}

function shownClient({ oidc: { client } }: KoaContextWithOIDC) {
  return (
    client && {
      name: inLanguage(client, 'client_name') ?? client.clientName ?? client.clientId,
      uri: inLanguage(client, 'client_uri') ?? client.clientUri,
    }
  )
}
