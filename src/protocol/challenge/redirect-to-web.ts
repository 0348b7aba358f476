/**
 * Sends an app to the browser when its request needs one (draft-ietf-oauth-first-party-apps §5.2.2.1.1). The request is
 * stored as if it had been pushed, so the app only opens the authorization endpoint.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { pushRequest } from '../../provider/library/authorization-request.ts'
import { levelOf } from '../../accounts/levels.ts'
import { needsMoreThan } from '../../provider/requests/authentication-levels.ts'
import type { ChallengeRequest } from './auth-session.ts'
import { textOf } from './challenge-request.ts'
import { STEP_METHODS } from './challenge-steps.ts'

type Reason = { why: string; applies: (request: ChallengeRequest) => boolean }

const isPrompted = (name: string) => (request: ChallengeRequest) =>
  textOf(request['prompt'])?.split(' ').includes(name) === true

/** Reasons that the request already shows, so that nobody types a password in vain. */
const REASONS: readonly Reason[] = [
  { why: 'people register in the browser', applies: isPrompted('create') },
  { why: 'accounts are chosen in the browser', applies: isPrompted('select_account') },
  { why: 'consent is given in the browser', applies: isPrompted('consent') },
  {
    why: 'authorization_details are shown to the person, and allowed, in the browser',
    applies: (request) => request['authorization_details'] !== undefined,
  },
  {
    why: 'the requested level of authentication is reached in the browser alone',
    applies: (request) => needsMoreThan(levelOf(STEP_METHODS), request),
  },
]

export const UNCONFIRMED = 'the e-mail address is not confirmed yet, which is done in the browser'

/** The mailbox has to be proven first. */
export const GUESSED =
  'the password of this account is being guessed, so this device has to be checked in the browser'

export const STRONGER =
  'the account has no second factor for the requested level; one is set up in the browser'

export const REQUIRED =
  'the account needs a second factor and has none; the person sets one up in the browser,'

export const TERMS = 'the terms have a new version, which the person accepts in the browser'

export const NEW_PASSWORD = 'an operator knows the password; the person chooses another one in the browser'
export const PASSKEY = 'the second step of this account is a passkey, which is used in the browser'

/**
 * Why a request needs a browser. `undefined` when it does not.
 * @throws errors.OIDCProviderError `unmet_authentication_requirements` when a browser would not help either
 */
export function reasonForWeb(request: ChallengeRequest): string | undefined {
  return REASONS.find(({ applies }) => applies(request))?.why
}

/** Answers `redirect_to_web`. */
export async function redirectToWeb(
  ctx: KoaContextWithOIDC,
  request: ChallengeRequest,
  why: string,
): Promise<void> {
  const { client } = ctx.oidc
  const [only, ...more] = client?.redirectUris ?? []
  const redirectUri = request['redirect_uri'] ?? (more.length === 0 ? only : undefined)
  const web = { ...request, client_id: client?.clientId, redirect_uri: redirectUri }
  // Without a redirect address the browser could not return to the app. The app then makes a request of its own.
  const pushed = redirectUri === undefined ? undefined : await pushRequest(ctx, web)
  ctx.status = 403
  ctx.body = {
    error: 'redirect_to_web',
    error_description: `${why}; open the authorization endpoint with ${pushed ? 'this request_uri' : 'a request'}`,
    ...pushed,
  }
}
