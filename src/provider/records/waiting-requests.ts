/**
 * Requests that wait for a person: pushed requests, device codes, backchannel requests. Each is a small mark and a body. The
 * body ends with the request; the mark stays as long as somebody may ask what became of it.
 */
import { errors } from 'oidc-provider'
import type { AdapterPayload } from 'oidc-provider'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Entry, GrantStore, SingleUse } from '../../grant-store/grant-store.ts'
import { currentScope } from './request-scope.ts'
import { locate } from '../../grant-store/token-ids.ts'

/** After its end a code is known, and a device code or backchannel request answers `expired_token` for so long (RFC 8628 §3.5, CIBA §11). */
export const LINGER_MS = 10 * 60 * SECOND_MS

const PUSHED = 'PushedAuthorizationRequest'
const WAITING = new Set([PUSHED, 'DeviceCode', 'BackchannelAuthenticationRequest'])
/** What an answer about an ended request needs; a second use ends what the first one gave. */
const MARK = ['kind', 'iat', 'exp', 'clientId', 'accountId', 'grantId', 'userCode'] as const

export const isWaiting = (model: string): boolean => WAITING.has(model)

type Encode = (payload: AdapterPayload) => string
type Placed = { model: string; key: string; endsAtMs: number }

/** The two records that a request is kept as. */
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

/** What is known of a request: all of it until it ends, then its mark. */
export async function readWaiting(
  store: GrantStore,
  model: string,
  key: string,
): Promise<SingleUse & { whole?: string | undefined }> {
  const [single, { payload: whole }] = await Promise.all([
    store.readSingleUse(key),
    store.readToken(bodyOf(key)),
  ])
  // The release before this one kept a request as one record.
  if (model !== PUSHED || whole !== undefined || holdsRequest(single.payload)) return { ...single, whole }
  // Without its body it opens nothing. A page that it opened in time only needs to know whether it was used.
  if (!isResuming()) return { ...single, payload: undefined }
  return single.payload === undefined ? { ...single, payload: '{}', use: single.use ?? USED } : single
}

/** Its mark is gone although a page is open: whether it was used cannot be known, so it counts as used. */
const USED = { atMs: 0, ageMs: 0 }

/**
 * A page was opened for a pushed request: its mark stays as long as the page.
 * @throws errors.InvalidRequestUri when it was used, or has ended, meanwhile
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
