/**
 * Token exchange (RFC 8693): a client that was allowed to trades a token that it holds for one that another resource
 * server takes. The new token is never wider, never lives longer, and hangs on the grant of the old one: it ends
 * with it. Owns the grant type; what clients may do is `exchange-rules.ts`.
 */
import { errors } from 'oidc-provider'
import type { AccessToken, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Clock } from '../../platform/clock.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { findResource } from '../clients/resources.ts'
import { grants, keepExtraClaims, resourceServer } from '../library.ts'
import { sharedGrantId } from '../store/token-ids.ts'
import { extendAct, isTooDeep, mayAct, readAct } from './actor.ts'
import type { Actor } from './actor.ts'
import { findExchangeRule, listExchangeRules, TOKEN_EXCHANGE } from './exchange-rules.ts'
import type { ExchangeRule } from './exchange-rules.ts'
import { readPresentedToken, TOKEN_TYPES } from './presented-token.ts'
import type { PresentedToken, ReadingNeeds } from './presented-token.ts'

export type ExchangeNeeds = ReadingNeeds & { clock: Clock }

type Parameters = Partial<
  Record<
    | 'subject_token'
    | 'subject_token_type'
    | 'actor_token'
    | 'actor_token_type'
    | 'requested_token_type'
    | 'scope',
    string
  >
> &
  Partial<Record<'resource' | 'audience', string | string[]>>
type Client = NonNullable<KoaContextWithOIDC['oidc']['client']>
type Subject = PresentedToken & { accountId: string; grantDigest: string }

const PARAMETERS = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'resource',
  'audience',
  'scope',
]

/** Adds the grant type to a fresh provider. */
export function installTokenExchange(provider: Provider, needs: ExchangeNeeds): void {
  keepExtraClaims(provider)
  const handle = (ctx: KoaContextWithOIDC) => exchange(needs, ctx)
  provider.registerGrantType(TOKEN_EXCHANGE, handle, PARAMETERS, ['resource', 'audience'])
}

async function exchange(needs: ExchangeNeeds, ctx: KoaContextWithOIDC): Promise<void> {
  const { client, provider } = ctx.oidc
  const params = ctx.oidc.params as Parameters
  if (!client) throw new TypeError('the token endpoint authenticates the client first')
  const proof = await grants.validateDpop(provider, ctx)
  grants.checkDpopRequired(provider, ctx, proof)
  const certificate = grants.checkMtlsCert(provider, ctx)
  const format = formatOf(params.requested_token_type)
  const subject = await readSubject(needs, ctx, params)
  const actor = await readActor(needs, ctx, params)
  const rule = await ruleFor(needs, client, params)
  assertManner(rule, actor)
  assertNamed(provider, subject, actor ?? { sub: client.clientId, clientId: client.clientId })
  const scope = narrow(ctx, subject, rule)
  const server = await resourceServer(ctx, rule.resource, { scope: rule.scopes, ...format })
  const token = makeToken(needs, { client, provider, subject, actor, scope })
  token.resourceServer = server
  if (certificate) token.setThumbprint('x5t', certificate as string)
  await grants.checkDpopReplay(provider, ctx, proof, client.clientId)
  if (proof) token.setThumbprint('jkt', proof.thumbprint)
  ctx.oidc.entity('AccessToken', token)
  const accessToken = await token.save()
  ctx.body = grants.buildTokenResponse(provider, {
    accessToken,
    expiresIn: token.expiration,
    issuedTokenType: format ? TOKEN_TYPES.jwt : TOKEN_TYPES.accessToken,
    scope: scope || undefined,
    tokenType: token.tokenType,
  })
}

type Making = {
  client: Client
  provider: Provider
  subject: Subject
  actor: Actor | undefined
  scope: string
}

function makeToken(
  { clock }: ExchangeNeeds,
  { client, provider, subject, actor, scope }: Making,
): AccessToken {
  const act = extendAct(readAct(subject.act), actor)
  if (isTooDeep(act)) throw new errors.InvalidRequest('the token was handed on too often')
  const token = new provider.AccessToken({
    accountId: subject.accountId,
    client,
    grantId: sharedGrantId(subject.grantDigest, client.clientId),
    gty: 'token_exchange',
    scope,
    ...(act && { extra: { act } }),
  })
  const leftSeconds = subject.expiresAtSeconds - Math.floor(clock() / SECOND_MS)
  if (leftSeconds < 1) throw refused('subject_token', 'expired')
  return Object.assign(token, { expiresIn: Math.min(token.expiration, leftSeconds) })
}

/** RFC 8693 §2.1: what a client may ask for here is an access token, or one that is certainly a JWT. */
function formatOf(requested: string | undefined): { accessTokenFormat: 'jwt' } | undefined {
  if (requested === undefined || requested === TOKEN_TYPES.accessToken) return undefined
  if (requested === TOKEN_TYPES.jwt) return { accessTokenFormat: 'jwt' }
  const known = `${TOKEN_TYPES.accessToken} or ${TOKEN_TYPES.jwt}`
  throw new errors.InvalidRequest(`requested_token_type takes ${known}`)
}

async function readSubject(
  needs: ExchangeNeeds,
  ctx: KoaContextWithOIDC,
  { subject_token: value, subject_token_type: type }: Parameters,
): Promise<Subject> {
  if (!value) throw new errors.InvalidRequest("missing required parameter 'subject_token'")
  assertType('subject_token_type', type, Object.values(TOKEN_TYPES))
  const token = await readToken(needs, ctx, 'subject_token', value, type)
  const { accountId, grantDigest } = token
  if (accountId === undefined || grantDigest === undefined)
    throw new errors.InvalidRequest(
      'subject_token is a token of a client; exchange one that stands for a person',
    )
  return { ...token, accountId, grantDigest }
}

async function readActor(
  needs: ExchangeNeeds,
  ctx: KoaContextWithOIDC,
  { actor_token: value, actor_token_type: type }: Parameters,
): Promise<Actor | undefined> {
  if (!value && type)
    throw new errors.InvalidRequest('actor_token_type is only to be given together with actor_token')
  if (!value) return undefined
  assertType('actor_token_type', type, Object.values(TOKEN_TYPES))
  const { sub, clientId } = await readToken(needs, ctx, 'actor_token', value, type)
  return { sub, clientId }
}

function assertType(
  name: string,
  type: string | undefined,
  known: readonly string[],
): asserts type is string {
  if (!type) throw new errors.InvalidRequest(`missing required parameter '${name}'`)
  if (!known.includes(type)) throw new errors.InvalidRequest(`${name} takes ${known.join(', ')}`)
}

/** Whoever only found a token cannot trade it: it must have been issued to the client, or for its resource server. */
async function readToken(
  needs: ExchangeNeeds,
  ctx: KoaContextWithOIDC,
  name: string,
  value: string,
  type: string,
): Promise<PresentedToken> {
  const token = await readPresentedToken(needs, ctx, value, type)
  if (typeof token === 'string') throw refused(name, token)
  const { client } = ctx.oidc
  if (token.clientId === client?.clientId) return token
  const resource = token.audience === undefined ? undefined : await findResource(needs.db, token.audience)
  if (resource?.clientId !== client?.clientId) throw refused(name, 'for another client')
  return token
}

// One answer for all, so that nobody learns about tokens that are not theirs (RFC 8693 §2.2.2: invalid_request).
function refused(name: string, detail: string): errors.OIDCProviderError {
  const words = `${name} is unknown, expired, revoked, or was not issued to or for this client`
  return new errors.InvalidRequest(words, undefined, { detail: `${name}: ${detail}` })
}

/** `resource` and `audience` mean the same here: the identifier of one resource server. */
async function ruleFor(
  { db }: ExchangeNeeds,
  { clientId }: Client,
  { resource, audience }: Parameters,
): Promise<ExchangeRule> {
  const [target, ...more] = new Set([resource, audience].flat().filter((one) => one !== undefined))
  if (more.length > 0) throw new errors.InvalidTarget('ask for one resource or audience at a time')
  const rule =
    target === undefined ? await onlyRule(db, clientId) : await findExchangeRule(db, clientId, target)
  if (rule) return rule
  throw new errors.InvalidTarget(
    target === undefined
      ? 'name the resource server that the token is for, in resource or audience'
      : 'this client may not exchange tokens for this resource',
  )
}

async function onlyRule(db: ExchangeNeeds['db'], clientId: string): Promise<ExchangeRule | undefined> {
  const rules = await listExchangeRules(db, clientId)
  return rules.length === 1 ? rules[0] : undefined
}

function assertManner({ impersonation, delegation }: ExchangeRule, actor: Actor | undefined): void {
  if (actor && !delegation)
    throw new errors.UnauthorizedClient('this client may not delegate; leave actor_token out')
  if (!actor && !impersonation)
    throw new errors.UnauthorizedClient('this client may not impersonate; say who acts, in actor_token')
}

function assertNamed(provider: Provider, subject: Subject, actor: Actor): void {
  if (mayAct(subject.mayAct, provider.issuer, actor)) return
  throw new errors.InvalidRequest('may_act of the subject_token names another actor')
}

/** What the subject's token and the rule both allow; all of it unless less is asked for. */
function narrow(ctx: KoaContextWithOIDC, subject: Subject, rule: ExchangeRule): string {
  const allowed = rule.scopes.split(' ').filter((scope) => subject.scopes.has(scope))
  const asked = ctx.oidc.params?.['scope'] === undefined ? allowed : [...ctx.oidc.requestParamScopes]
  const excess = asked.filter((scope) => !allowed.includes(scope))
  if (excess.length > 0)
    throw new errors.InvalidScope(
      'the subject_token or the rules of this client lack a scope',
      excess.join(' '),
    )
  if (asked.length > 0 || rule.scopes === '') return asked.join(' ')
  throw new errors.InvalidScope(
    'no scope of the subject_token may be exchanged for this resource',
    rule.scopes,
  )
}
