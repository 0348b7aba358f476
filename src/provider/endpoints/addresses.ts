/**
 * The addresses of the protocol's endpoints, of the library and of our own. Route files, metadata and `http` guards use
 * them.
 */

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
/** The address of the status lists. Each list has its id below it (draft-ietf-oauth-status-list). */
export const STATUS_LISTS_PATH = '/oauth/status-lists'

/** Addresses for browsers, as pages or through redirects. Programs call all others. */
const FOR_BROWSERS: readonly string[] = [
  LIBRARY_PATHS.authorization,
  LIBRARY_PATHS.end_session,
  LIBRARY_PATHS.code_verification,
]
const METADATA: readonly string[] = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
]
/** Which sites may use the passkeys of this server. Browsers ask at the domain of the passkeys, which may be another name. */
export const RELATED_ORIGINS_PATH = '/.well-known/webauthn'

const FOR_PROGRAMS: readonly string[] = [
  ...Object.values(LIBRARY_PATHS).filter((path) => !FOR_BROWSERS.includes(path)),
  CHALLENGE_PATH,
  STATUS_LISTS_PATH,
  RELATED_ORIGINS_PATH,
  ...METADATA,
]
/** Where the sign-out page sends its form. */
export const SIGN_OUT_FORM = `${LIBRARY_PATHS.end_session}/confirm`
/** Forms of our pages that the library reads. */
const FORMS: readonly string[] = [LIBRARY_PATHS.code_verification, SIGN_OUT_FORM]

/**
 * Where a request goes to the library at once. No page, form or cookie is involved, and no feature answers beside the
 * library, as it does for `registration`. Exact: what is written in another way takes the way of all other requests.
 */
export const DIRECT_PATHS: ReadonlySet<string> = new Set(
  Object.values(LIBRARY_PATHS).filter(
    (path) => !FOR_BROWSERS.includes(path) && path !== LIBRARY_PATHS.registration,
  ),
)

const OF_LIBRARY: readonly string[] = [...Object.values(LIBRARY_PATHS), CHALLENGE_PATH, ...METADATA]

/** True for every address that the protocol library answers, and for those under it. */
export function isOfLibrary(path: string): boolean {
  return isAtOrUnder(OF_LIBRARY, path)
}

/** The endpoint of an address, as one of a fixed few names; what is under an endpoint ends in `/:id`. */
export function patternOfProtocol(path: string): string | undefined {
  const asked = folded(path)
  const endpoint = OF_LIBRARY.find((own) => isAtOrUnder([own], asked))
  return endpoint === undefined || asked === endpoint ? endpoint : `${endpoint}/:id`
}

/**
 * True for the addresses that an app's back end and a resource server call. In their own network this server may have
 * another name. Their answers depend on the caller's credentials, never on a browser's cookies.
 */
export function isForPrograms(path: string): boolean {
  return isAtOrUnder(FOR_PROGRAMS, path)
}

/** True for the library's pages with forms that lack our CSRF token. */
export function isLibraryForm(path: string): boolean {
  return FORMS.includes(folded(path))
}

/** True for a page that shows such a form, or is one. */
export function showsLibraryForm(path: string): boolean {
  return isLibraryForm(path) || folded(path) === LIBRARY_PATHS.end_session
}

function isAtOrUnder(addresses: readonly string[], path: string): boolean {
  const asked = folded(path)
  return addresses.some(
    (own) => asked.startsWith(own) && (asked.length === own.length || asked[own.length] === '/'),
  )
}

/** Compares addresses like the library: in any case, and with or without a slash at the end. */
function folded(path: string): string {
  return path.toLowerCase().replace(/(?<=.)\/$/, '')
}
