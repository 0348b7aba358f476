/**
 * The shape of every id that a client or browser holds, and where its record lives.
 *
 * `<prefix>_<43 random characters>[<16 characters of tag>]`: the prefix lets a look-up under the wrong model end without
 * I/O, the tag names the grant, so that token and grant are read together. A session cookie is 43 random characters
 * and the tag of the session's uid. Ids without a grant are placed by their own digest.
 */
import { digest, randomToken } from '../platform/tokens.ts'

const TAG_LENGTH = 16
/** 256 bits in base64url: what is random in an id, and a digest. */
const RANDOM_LENGTH = 43
/** What the library gives to the `jti` of a JWT. */
const JWT_RANDOM_LENGTH = 21

type Kind = { kind: string; prefixed: boolean; tagged: boolean }

const KINDS = new Map<string, Kind>([
  ['AccessToken', { kind: 'at', prefixed: true, tagged: true }],
  ['RefreshToken', { kind: 'rt', prefixed: true, tagged: true }],
  ['AuthorizationCode', { kind: 'ac', prefixed: true, tagged: true }],
  ['ClientCredentials', { kind: 'cc', prefixed: true, tagged: false }],
  // These two exist before their grant does, hence cannot carry its tag.
  ['DeviceCode', { kind: 'dc', prefixed: true, tagged: false }],
  ['BackchannelAuthenticationRequest', { kind: 'br', prefixed: true, tagged: false }],
  ['InitialAccessToken', { kind: 'ia', prefixed: true, tagged: false }],
  ['RegistrationAccessToken', { kind: 'ra', prefixed: true, tagged: false }],
  ['PreAuthorizedCode', { kind: 'pc', prefixed: true, tagged: false }],
  ['Interaction', { kind: 'in', prefixed: false, tagged: false }],
  ['PushedAuthorizationRequest', { kind: 'pr', prefixed: false, tagged: false }],
  ['ReplayDetection', { kind: 'rd', prefixed: false, tagged: false }],
])

const LONGEST_ID = 512
const URL_SAFE = /^[\w-]+$/

/** Where a record lives. */
export type Located = { tag: string; digest: string; key: string }

/** The hash tag of a grant id or session uid. */
export function tagOf(id: string): string {
  return grantDigestOf(id).slice(0, TAG_LENGTH)
}

/**
 * An alias of a grant, for a token of another client that was exchanged for a token under the grant (RFC 8693). The
 * token ends with the grant. The grant's own id need not be known. The alias reads the grant as this client's, and
 * never changes or ends it.
 */
export function sharedGrantId(grantDigest: string, clientId: string): string {
  return `~${grantDigest}.${clientId}`
}

/** The client that a grant is shared with by this id; `undefined` for a grant's own id. */
export function sharedWith(grantId: string): string | undefined {
  return isHandle(grantId) ? grantId.slice(1 + RANDOM_LENGTH + 1) : undefined
}

/** What the grant is stored under. */
export function grantDigestOf(grantId: string): string {
  return isHandle(grantId) ? grantId.slice(1, 1 + RANDOM_LENGTH) : digest(grantId)
}

/** The tag of the grant that a JWT access token of ours belongs to, from its `jti`; absent where it has none. */
export function tagOfJwtId(jti: string): string | undefined {
  return jti.length === JWT_RANDOM_LENGTH + TAG_LENGTH ? jti.slice(-TAG_LENGTH) : undefined
}

export const grantKey = (tag: string): string => `{${tag}}:grant`
export const sessionKey = (tag: string): string => `{${tag}}:session`
/** The hash tag within a root's key. */
export const tagOfKey = (key: string): string => key.slice(1, TAG_LENGTH + 1)
export const isRefreshTokenKey = (key: string): boolean => key.split(':')[1] === 'rt'
export const isSessionKey = (key: string): boolean => key.endsWith(':session')

/** The key of a record that is known by its digest. */
export function recordKey(model: string, tag: string, idDigest: string): string {
  return `{${tag}}:${kindOf(model).kind}:${idDigest}`
}

/** Where the record of `id` would be; `undefined` when no id of this model looks like that. */
export function locate(model: string, id: string): Located | undefined {
  const { kind, prefixed, tagged } = kindOf(model)
  if (id.length > LONGEST_ID) return undefined
  if (prefixed && !hasShape(id, kind, RANDOM_LENGTH + (tagged ? TAG_LENGTH : 0))) return undefined
  const idDigest = digest(id)
  const tag = tagged ? id.slice(-TAG_LENGTH) : idDigest.slice(0, TAG_LENGTH)
  return { tag, digest: idDigest, key: `{${tag}}:${kind}:${idDigest}` }
}

/** Where the session of a cookie value would be. */
export function locateSession(id: string): Located | undefined {
  if (id.length !== RANDOM_LENGTH + TAG_LENGTH || !URL_SAFE.test(id)) return undefined
  const tag = id.slice(-TAG_LENGTH)
  return { tag, digest: digest(id), key: sessionKey(tag) }
}

export function isTagged(model: string): boolean {
  return kindOf(model).tagged
}

/** A new id for `model` (256 random bits), under `grantId` for a model that belongs to a grant. */
export function newTokenId(model: string, grantId?: string): string {
  const { kind, tagged } = kindOf(model)
  const tag = grantId === undefined ? randomToken().slice(0, TAG_LENGTH) : tagOf(grantId)
  return `${kind}_${randomToken()}${tagged ? tag : ''}`
}

export function newSessionId(uid: string): string {
  return `${randomToken()}${tagOf(uid)}`
}

/** The `jti` of a JWT access token: as the library made it, with the tag of its grant where it has one. */
export function jwtId(made: string, grantId: string | undefined): string {
  return grantId === undefined ? made : made.slice(0, JWT_RANDOM_LENGTH) + tagOf(grantId)
}

/** True for an id that this session can be found by. */
export function isSessionIdOf(id: string, uid: string): boolean {
  return isHandle(id) || id.endsWith(tagOf(uid))
}

function kindOf(model: string): Kind {
  const kind = KINDS.get(model)
  if (!kind) throw new TypeError(`no storage is known for ${model}`)
  return kind
}

function hasShape(id: string, kind: string, length: number): boolean {
  return id.length === kind.length + 1 + length && id.startsWith(`${kind}_`) && URL_SAFE.test(id)
}

/** True for the alias that `record-handles.ts` makes for an id that only its holder knows. */
export function isHandle(id: string): boolean {
  return id.startsWith('~')
}
