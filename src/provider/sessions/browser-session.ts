/** The sign-in of a browser, for our own pages. Apps use the same session. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'

export type Browser = { req: IncomingMessage; res: ServerResponse }
export type Session = Awaited<ReturnType<Provider['Session']['get']>>
// Left out of the library's published types.
type SessionModel = { instantiate: (payload: object) => Session }

/** Authentication methods of a password sign-in (RFC 8176). */
export const PASSWORD_AMR = ['pwd']

/** The browser's session, or a new, unsaved one. */
export function readSession(provider: Provider, { req, res }: Browser): Promise<Session> {
  const context = provider.createContext(req, res) as unknown as Parameters<Provider['Session']['get']>[0]
  return provider.Session.get(context)
}

/** A new, unsaved session without a sign-in. */
export function newSession(provider: Provider): Session {
  return (provider.Session as unknown as SessionModel).instantiate({})
}

const EXTEND_AFTER_SECONDS = 300

/** `amr`: the methods that were used (RFC 8176). */
export type SignedIn = { accountId: string; amr: string[]; ttlSeconds: number; nowMs: number }

/**
 * Signs an account in on this browser under a new session id. A session of another account is ended, not inherited.
 * Returns the session, so that it can be recorded.
 */
export async function startSession(
  provider: Provider,
  browser: Browser,
  signedIn: SignedIn,
): Promise<Session> {
  const found = await readSession(provider, browser)
  const keep = !found.accountId || found.accountId === signedIn.accountId
  if (!keep) await found.destroy()
  const session = keep ? found : newSession(provider)
  session.loginAccount({
    accountId: signedIn.accountId,
    amr: signedIn.amr,
    loginTs: Math.floor(signedIn.nowMs / 1000),
  })
  if (session.exp) session.resetIdentifier()
  await session.save(signedIn.ttlSeconds)
  writeCookie(provider, browser, session)
  return session
}

/** Extends a session that is in use, and its cookie, once a fair part of its idle time has passed. */
export async function extendSession(
  provider: Provider,
  browser: Browser,
  session: Session,
  ttlSeconds: number,
): Promise<void> {
  const leftSeconds = (session.exp ?? 0) - Math.floor(Date.now() / 1000)
  if (leftSeconds > ttlSeconds - EXTEND_AFTER_SECONDS) return
  await session.save(ttlSeconds)
  writeCookie(provider, browser, session)
}

/** Removes the session's cookie. */
export function clearSessionCookie(provider: Provider, { req, res }: Browser): void {
  const { cookies, secure } = provider.createContext(req, res)
  cookies.secure = secure
  cookies.set(provider.cookieName('session'), null, { ...cookieOptions, secure, overwrite: true })
}

function writeCookie(provider: Provider, { req, res }: Browser, session: Session): void {
  const { cookies, secure } = provider.createContext(req, res)
  cookies.secure = secure
  const expires = new Date((session.exp ?? 0) * 1000)
  cookies.set(provider.cookieName('session'), session.jti, { ...cookieOptions, secure, expires })
}

const cookieOptions = { path: '/', httpOnly: true, sameSite: 'lax', signed: true } as const
