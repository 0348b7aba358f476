/** Where the endpoints of the protocol stand: for the library, for those that it lacks, and for who points to them. */

/** By the library's names for them. */
export const LIBRARY_PATHS = {
  authorization: '/oauth/authorize',
  pushed_authorization_request: '/oauth/par',
  token: '/oauth/token',
  userinfo: '/oauth/userinfo',
  introspection: '/oauth/introspect',
  revocation: '/oauth/revoke',
  jwks: '/oauth/jwks',
  registration: '/oauth/register',
  end_session: '/oauth/logout',
  device_authorization: '/oauth/device',
  /** Where people enter the code that their device shows. */
  code_verification: '/device',
  backchannel_authentication: '/oauth/backchannel',
} as const

/** The authorization challenge endpoint (draft-ietf-oauth-first-party-apps). */
export const CHALLENGE_PATH = '/oauth/authorize-challenge'
/** All status lists; each stands under it by its id (draft-ietf-oauth-status-list). */
export const STATUS_LISTS_PATH = '/oauth/status-lists'
