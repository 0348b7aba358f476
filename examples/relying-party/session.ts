/** The browser's session with this app, kept in memory: enough for a demonstration, gone when the process ends. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { IDToken, UserInfoResponse } from 'openid-client'

/** What has to be remembered between sending a browser away and its return. */
export type Departure = { codeVerifier: string; state: string; nonce: string }

export type SignedIn = {
  /** Who signed in: the claims of the ID token. */
  claims: IDToken
  /** What userinfo tells of the person: scopes decide how much. */
  profile: UserInfoResponse
  idToken: string
  accessToken: string
  refreshToken?: string | undefined
  scope: string
  expiresAtMs: number
}

/** One request of this app to another server. */
export type Exchange = { what: string; status: number; ms: number }

export type Session = {
  departure?: Departure | undefined
  signedIn?: SignedIn | undefined
  exchanges: Exchange[]
  /** The last answer that the page shows. */
  answer?: { title: string; body: unknown } | undefined
}

const COOKIE = 'relying_party_session'
const MOST_SESSIONS = 1000
const sessions = new Map<string, Session>()

/** The session of this browser; a new one when there is none. */
export function sessionOf(request: IncomingMessage, response: ServerResponse): Session {
  const cookie = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '')
  const found = sessions.get(cookie?.[1] ?? '')
  if (found) return found
  const id = randomBytes(32).toString('base64url')
  const session: Session = { exchanges: [] }
  const [oldest] = sessions.keys()
  if (sessions.size >= MOST_SESSIONS && oldest) sessions.delete(oldest)
  sessions.set(id, session)
  // Lax also keeps other sites from posting the buttons' forms here.
  response.setHeader('Set-Cookie', `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax`)
  return session
}
