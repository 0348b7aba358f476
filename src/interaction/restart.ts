/**
 * Restarts a sign-in page that has expired, was bookmarked, or was finished in another tab. Its address carries a
 * sealed copy of the accepted authorization request, packed, so an abandoned page leaves nothing in the store.
 */
import { LIBRARY_PATHS } from '../provider/endpoints/addresses.ts'
import { packJson, unpackJson } from '../platform/packed-json.ts'
import { DAY_MS } from '../platform/clock.ts'
import type { Services } from '../services.ts'

type Parameters = Record<string, unknown>

export type Restart =
  | { kind: 'again'; url: string; ageMs: number }
  /** The app no longer knows a `state` of this age, and has to begin anew. */
  | { kind: 'stale'; clientId: string }

export type Restarts = {
  /** The address of an interaction's page. Parameters that are no complete request lead back to their client. */
  pageUrl: (uid: string, parameters: Parameters) => string
  /** What to do with a page without its interaction. `undefined` when the copy is missing or was altered. */
  open: (sealed: unknown) => Restart | undefined
  authorizeUrl: (parameters: Parameters) => string
}

/** After this time an app no longer remembers its `state`. */
const USEFUL_MS = DAY_MS
/** A longer request keeps only its client, so that proxies accept the address. */
const MAX_SEALED_LENGTH = 3000
const CONTEXT = 'restart'
/** What requests have in common. Never change it: addresses that are open in browsers were packed with it. */
const DICTIONARY = Buffer.from(
  String.raw`"user_code":"","claims":"{\"userinfo\":{\"essential\":true}}","display":"","id_token_hint":"","max_age":"","acr_values":"urn:","login_hint":"@","ui_locales":"zh-CN ru en","resource":"https://api.","prompt":"login consent select_account create none","response_mode":"query form_post","localhost:127.0.0.1:http://.example/oidc/auth/callback/api/oauth2/signin-"},"code_challenge_method":"S256","code_challenge":"","nonce":"","state":"","scope":"openid profile email offline_access groups","response_type":"code","redirect_uri":"https://app..com/callback","client_id":"{"atMs":17,"parameters":{"client_id":"`,
)

/** Builds the restart of these services. */
export function restartsOf({
  config,
  sealer,
  clock,
}: Pick<Services, 'config' | 'sealer' | 'clock'>): Restarts {
  return createRestarts({ sealer, issuer: config.issuer, clock })
}

export function createRestarts({
  sealer,
  issuer,
  clock,
}: Pick<Services, 'sealer' | 'clock'> & { issuer: string }): Restarts {
  const authorizeUrl = (parameters: Parameters): string => {
    const { authorization, code_verification: device } = LIBRARY_PATHS
    const url = new URL('user_code' in parameters ? device : authorization, issuer)
    for (const [name, value] of Object.entries(parameters))
      for (const single of [value].flat())
        if (typeof single === 'string') url.searchParams.append(name, single)
    return url.href
  }
  const seal = (parameters: Parameters): string => {
    const atMs = clock()
    const full = sealer.seal(packJson({ atMs, parameters }, DICTIONARY), CONTEXT)
    const whole = 'response_type' in parameters || 'user_code' in parameters
    if (whole && full.length <= MAX_SEALED_LENGTH) return full
    const client = { atMs: 0, parameters: { client_id: parameters['client_id'] } }
    return sealer.seal(packJson(client, DICTIONARY), CONTEXT)
  }
  return {
    authorizeUrl,
    pageUrl: (uid, parameters) => `/interaction/${uid}?restart=${seal(parameters)}`,
    open(sealed) {
      const opened = typeof sealed === 'string' ? sealer.openBytes(sealed, CONTEXT) : undefined
      if (!opened) return undefined
      const { atMs, parameters } = unpackJson(opened, DICTIONARY) as { atMs: number; parameters: Parameters }
      const ageMs = clock() - atMs
      if (ageMs < USEFUL_MS) return { kind: 'again', url: authorizeUrl(parameters), ageMs }
      return {
        kind: 'stale',
        clientId: typeof parameters['client_id'] === 'string' ? parameters['client_id'] : '',
      }
    },
  }
}
