/** The browser's session with this app, kept in memory: enough for a demonstration, gone when the process ends. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { IDToken, UserInfoResponse } from 'openid-client'

/** What has to be remembered between sending a browser away and its return. */
export type Departure = { codeVerifier: string; nonce: string }

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
  /** By `state`: a person who has two tabs open may begin twice before coming back once. */
  departures: Map<string, Departure>
  signedIn?: SignedIn | undefined
  exchanges: Exchange[]
  /** The last answer that the page shows. */
  answer?: { title: string; body: unknown } | undefined
}

const COOKIE = 'relying_party_session'
const MOST_SESSIONS = 1000
const MOST_DEPARTURES = 20
const sessions = new Map<string, Session>()

/** The session of this browser; a new one when there is none. */
export function sessionOf(request: IncomingMessage, response: ServerResponse): Session {
  const cookies = (request.headers.cookie ?? '').split('; ')
  const mine = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))
  const found = sessions.get(mine?.slice(COOKIE.length + 1) ?? '')
  if (found) return found
  const id = randomBytes(32).toString('base64url')
  const session: Session = { departures: new Map(), exchanges: [] }
  keep(sessions, id, session, MOST_SESSIONS)
  // Lax also keeps other sites from posting the buttons' forms here.
  response.setHeader('Set-Cookie', `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax`)
  return session
}

/** Remembers that this browser was sent away to sign in. */
export function depart(session: Session, state: string, departure: Departure): void {
  keep(session.departures, state, departure, MOST_DEPARTURES)
}

/** What belongs to a return with this `state`; each counts once. */
export function arrive({ departures }: Session, state: string): Departure | undefined {
  const departure = departures.get(state)
  departures.delete(state)
  return departure
}

function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  const [oldest] = map.keys()
  if (map.size >= most && oldest !== undefined) map.delete(oldest)
  map.set(key, value)
}
