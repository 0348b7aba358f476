/**
 * Stores requests that wait for a person: pushed requests, device codes, backchannel requests. Each has a small mark
 * and a body. The body expires with the request. The mark stays as long as a client may ask for the outcome.
 */
import { errors } from 'oidc-provider'
import type { AdapterPayload } from 'oidc-provider'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Entry, GrantStore, SingleUse } from '../../grant-store/grant-store.ts'
import { currentScope } from './request-scope.ts'
import { locate } from '../../grant-store/token-ids.ts'

/**
 * How long a code is remembered after its expiry. A device code or backchannel request answers `expired_token` for this
 * time (RFC 8628 §3.5, CIBA §11).
 */
export const LINGER_MS = 10 * 60 * SECOND_MS

const PUSHED = 'PushedAuthorizationRequest'
/** The models of requests that wait. */
export const WAITING: ReadonlySet<string> = new Set([
  PUSHED,
  'DeviceCode',
  'BackchannelAuthenticationRequest',
])
/**
 * The fields that an answer about an expired request needs. With them, a second use can revoke what the first one gave.
 */
const MARK = ['kind', 'iat', 'exp', 'clientId', 'accountId', 'grantId', 'userCode'] as const

type Encode = (payload: AdapterPayload) => string
type Placed = { model: string; key: string; endsAtMs: number }

/** The two records of a request. */
export function waitingEntries(
  { model, key, endsAtMs }: Placed,
  payload: AdapterPayload,
  encode: Encode,
): Entry[] {
  const mark = Object.fromEntries(MARK.flatMap((name) => (name in payload ? [[name, payload[name]]] : [])))
  return [
    { key, payload: encode(mark), expiresAtMs: endsAtMs + (model === PUSHED ? 0 : LINGER_MS) },
    { key: bodyOf(key), payload: encode(payload), expiresAtMs: endsAtMs },
  ]
}

/** Reads a request: its body until it expires, then its mark. */
export async function readWaiting(
  store: GrantStore,
  model: string,
  key: string,
): Promise<SingleUse & { whole?: string | undefined }> {
  const [single, { payload: whole }] = await Promise.all([
    store.readSingleUse(key),
    store.readToken(bodyOf(key)),
  ])
  // The previous release kept a request as one record.
  if (model !== PUSHED || whole !== undefined || holdsRequest(single.payload)) return { ...single, whole }
  // A request without its body opens no page. A page that it opened in time only needs the use mark.
  if (!isResuming()) return { ...single, payload: undefined }
  return single.payload === undefined ? { ...single, payload: '{}', use: single.use ?? USED } : single
}

/** The mark has expired although a page is still open. It counts as used, because nothing shows that it was not. */
const USED = { atMs: 0, ageMs: 0 }

/**
 * Keeps the mark of a pushed request as long as the page that the request opened.
 * @throws errors.InvalidRequestUri when it was used, or has expired, meanwhile
 */
export async function keepForPage(store: GrantStore, id: string, untilMs: number): Promise<void> {
  const place = locate(PUSHED, id)
  const found = place && (await store.readSingleUse(place.key))
  if (!place || found?.payload === undefined || found.use) throw usedUp()
  const entry = { key: place.key, payload: found.payload, expiresAtMs: untilMs + LINGER_MS }
  await store.commit({ entries: [entry] })
}

export function usedUp(): errors.InvalidRequestUri {
  return new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used')
}

function bodyOf(key: string): string {
  return `${key}:body`
}

function holdsRequest(payload: string | undefined): boolean {
  return payload !== undefined && 'request' in (JSON.parse(payload) as object)
}

function isResuming(): boolean {
  const { route } = currentScope()?.ctx.oidc ?? {}
  return route === 'resume'
}
