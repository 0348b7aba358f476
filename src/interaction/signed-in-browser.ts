/** What a sign-in leaves in a browser: the session, outside an app's request, and what the browser remembers afterwards. */
import type { Account } from '../accounts/account.ts'
import type { SignInOrigin } from '../audit/sign-in-origin.ts'
import { requestState } from '../http/request/request-state.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import type { Oidc } from '../provider/contract/current-provider.ts'
import type { Services } from '../services.ts'
import { browserName } from '../sessions/browser-name.ts'
import { noteSignInFrom } from '../sessions/new-browser.ts'
import { challengesOf } from './challenge.ts'
import type { Challenges } from './challenge.ts'
import { createDeviceCookie } from './known-browser-cookie.ts'
import type { DeviceCookie } from './known-browser-cookie.ts'
import { createRememberedAccounts } from './remembered-accounts.ts'
import type { RememberedAccounts } from './remembered-accounts.ts'
import { beginSession } from './session-changes.ts'
import type { FinishedSignIn } from './session-changes.ts'
import { createTypedAddress } from './typed-address.ts'
import type { TypedAddress } from './typed-address.ts'

export type BrowserMemory = {
  remembered: RememberedAccounts
  deviceCookie: DeviceCookie
  typedAddress: TypedAddress
  challenges: Challenges
}

export function browserMemoryOf(services: Services): BrowserMemory {
  return {
    remembered: createRememberedAccounts(services),
    deviceCookie: createDeviceCookie(services),
    typedAddress: createTypedAddress(services),
    challenges: challengesOf(services),
  }
}

/** What the person's list of sign-ins says of this one. `client`: the id of the app that it is for. */
export function originOf(ctx: AnyContext, client?: string): SignInOrigin {
  return { browser: browserName(ctx.get('User-Agent')), client: client || undefined }
}

/** Begins the session, and answers its uid. An app's request that waits then passes. */
export async function signInBrowser(
  services: Services & BrowserMemory & { oidc: Oidc },
  ctx: AnyContext,
  finished: FinishedSignIn,
): Promise<string> {
  await noteBrowser(services, ctx, finished.account)
  const sessionUid = await beginSession(services, ctx, finished)
  recognise(services, ctx, finished.account)
  return sessionUid
}

/** Mails the owner about an unknown browser. Before `recognise`, which makes it known. */
export async function noteBrowser(
  services: Services & BrowserMemory & { oidc: Oidc },
  ctx: AnyContext,
  account: Account,
): Promise<void> {
  await noteSignInFrom(services, {
    account,
    userAgent: ctx.get('User-Agent'),
    ip: requestState(ctx).clientIp ?? '',
    deviceCookie: services.deviceCookie.read(ctx),
    isRemembered: services.remembered.has(ctx, account.id),
  })
}

export function recognise(memory: BrowserMemory, ctx: AnyContext, account: Account): void {
  memory.deviceCookie.write(ctx, account)
  memory.remembered.remember(ctx, account)
  memory.typedAddress.clear(ctx)
}
