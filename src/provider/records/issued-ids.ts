/** Gives the library's tokens and sessions ids in the form of `grant-store/token-ids.ts`. */
import type { Provider } from 'oidc-provider'
import { isSessionIdOf, jwtId, newSessionId, newTokenId } from '../../grant-store/token-ids.ts'
import { replaceMember } from '../library/members.ts'

/** The kind of each model, which its ids name. */
const MODELS = [
  'AccessToken',
  'RefreshToken',
  'AuthorizationCode',
  'ClientCredentials',
  'DeviceCode',
  'BackchannelAuthenticationRequest',
  'InitialAccessToken',
  'RegistrationAccessToken',
  'PreAuthorizedCode',
] as const

// Members of the library that its published types leave out. The contract suite runs them.
type Token = { grantId?: string; format?: string }
type GenerateTokenId = (this: Token) => string
type Session = { id: string; jti: string; uid: string; touched?: boolean }
type Instantiate = (payload?: object) => Session

/** Gives every id of this provider its prefix and tag. Call it once per provider instance. */
export function installTokenIds(provider: Provider): void {
  for (const model of MODELS)
    replaceMember(provider, `${model}#generateTokenId`, (generate: GenerateTokenId) =>
      tokenId(model, generate),
    )
  installSessionIds(provider)
}

function tokenId(model: string, generate: GenerateTokenId): GenerateTokenId {
  return function () {
    // This also decides between opaque and JWT. The id of a JWT is its jti claim, and is never stored.
    const id = generate.call(this)
    return this.format === 'jwt' ? jwtId(id, this.grantId) : newTokenId(model, this.grantId)
  }
}

function installSessionIds(provider: Provider): void {
  replaceMember(provider, 'Session.instantiate', (instantiate: Instantiate): Instantiate => (payload) => {
    const session = instantiate(payload)
    if (!isSessionIdOf(session.jti, session.uid)) session.jti = newSessionId(session.uid)
    return session
  })
  // Without the library's `oldId`, saving is one write over the same record, not a destroy and an insert.
  const resetIdentifier = function (this: Session) {
    this.id = newSessionId(this.uid)
    this.touched = true
  }
  replaceMember(provider, 'Session#resetIdentifier', () => resetIdentifier)
}
