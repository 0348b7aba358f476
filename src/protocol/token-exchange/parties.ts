/** The subject and the actor of a token exchange (RFC 8693 §2.1), each by a token that the client may present. */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { findResource } from '../../resources/resources.ts'
import { subjectFor } from '../../provider/library/library.ts'
import type { Actor } from './exchange-actor.ts'
import { readPresentedToken, TOKEN_TYPES } from './presented-token.ts'
import type { Binding } from './id-token-binding.ts'
import type { SubjectServices } from '../../provider/subjects/pairwise.ts'
import type { PresentedToken } from './presented-token.ts'

export type PartyParameters = Partial<
  Record<'subject_token' | 'subject_token_type' | 'actor_token' | 'actor_token_type', string>
>
export type Subject = PresentedToken & { accountId: string; grantDigest: string }

/** The token to exchange, which must be a person's. */
export async function readSubject(
  services: SubjectServices,
  ctx: KoaContextWithOIDC,
  { subject_token: value, subject_token_type: type }: PartyParameters,
  shown: Binding,
): Promise<Subject> {
  if (!value) throw new errors.InvalidRequest("missing required parameter 'subject_token'")
  assertType('subject_token_type', type, Object.values(TOKEN_TYPES))
  const token = await readToken(services, ctx, { name: 'subject_token', value, type, shown })
  const { accountId, grantDigest } = token
  if (accountId === undefined || grantDigest === undefined)
    throw new errors.InvalidRequest(
      'subject_token is a token of a client; exchange one that stands for a person',
    )
  return { ...token, accountId, grantDigest }
}

/** The actor, by a token of its own. `undefined` when the request has none. */
export async function readActor(
  services: SubjectServices,
  ctx: KoaContextWithOIDC,
  { actor_token: value, actor_token_type: type }: PartyParameters,
  shown: Binding,
): Promise<Actor | undefined> {
  if (!value && type)
    throw new errors.InvalidRequest('actor_token_type is only to be given together with actor_token')
  if (!value) return undefined
  assertType('actor_token_type', type, Object.values(TOKEN_TYPES))
  const { accountId, clientId } = await readToken(services, ctx, { name: 'actor_token', value, type, shown })
  // The subject that the exchanging client knows, so that a pairwise client learns no other subject from `act`.
  return { sub: accountId === undefined ? clientId : subjectFor(ctx, accountId), clientId }
}

function assertType(
  name: string,
  type: string | undefined,
  known: readonly string[],
): asserts type is string {
  if (!type) throw new errors.InvalidRequest(`missing required parameter '${name}'`)
  if (!known.includes(type)) throw new errors.InvalidRequest(`${name} takes ${known.join(', ')}`)
}

type Presented = { name: string; value: string; type: string; shown: Binding }

/** Refuses a client that only found a token. The token must be issued to the client, or for its resource server. */
async function readToken(
  services: SubjectServices,
  ctx: KoaContextWithOIDC,
  { name, value, type, shown }: Presented,
): Promise<PresentedToken> {
  const token = await readPresentedToken(services, ctx, value, type)
  if (typeof token === 'string') throw refused(name, token)
  const { client } = ctx.oidc
  if (token.clientId === client?.clientId) return assertBound(name, token, shown)
  const resource = token.audience === undefined ? undefined : await findResource(services.db, token.audience)
  if (resource?.clientId !== client?.clientId) throw refused(name, 'for another client')
  return token
}

/**
 * Requires the key of a bound token, when the token was issued to this client. A resource server has checked the key of
 * a token that it received, and cannot prove it again.
 */
function assertBound(name: string, token: PresentedToken, shown: Binding): PresentedToken {
  const { jkt, 'x5t#S256': x5t } = token.boundTo
  if ((jkt === undefined || jkt === shown.jkt) && (x5t === undefined || x5t === shown['x5t#S256']))
    return token
  throw new errors.InvalidRequest(`${name} is bound to a key or certificate: show the same with this request`)
}

/** One answer for all, so that nobody learns about tokens of others (RFC 8693 §2.2.2: invalid_request). */
export function refused(name: string, detail: string): errors.OIDCProviderError {
  const words = `${name} is unknown, expired, revoked, or was not issued to or for this client`
  return new errors.InvalidRequest(words, undefined, { detail: `${name}: ${detail}` })
}
