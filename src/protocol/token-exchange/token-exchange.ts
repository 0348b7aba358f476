/**
 * Token exchange (RFC 8693): a client trades a token for one that another resource server accepts. The new token never
 * has more scopes and never lives longer. It belongs to the same grant, and ends with it. `exchange-rules.ts` says what
 * clients may exchange.
 */
import { errors } from 'oidc-provider'
import type { AccessToken, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { LEVELS, meetsLevel } from '../../accounts/levels.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { TOKEN_EXCHANGE_GRANT } from '../../clients/client-choices.ts'
import { grants, resourceServer } from '../../provider/library/library.ts'
import type { Grant } from '../../provider/library/library.ts'
import { allowedGroups, mayUse } from '../../groups/app-access.ts'
import { requiresSecondFactor } from '../../provider/requests/authentication-levels.ts'
import { refuseOtherScopes } from '../../provider/checks/scope-request.ts'
import { sharedGrantId } from '../../grant-store/token-ids.ts'
import { thumbprintOf } from '../../http/request/client-certificate.ts'
import { extendAct, isTooDeep, mayAct, readAct } from './exchange-actor.ts'
import type { Actor } from './exchange-actor.ts'
import { findExchangeRule, listExchangeRules } from './exchange-rules.ts'
import type { ExchangeRule } from './exchange-rules.ts'
import { readActor, readSubject, refused } from './parties.ts'
import type { PartyParameters, Subject } from './parties.ts'
import { TOKEN_TYPES } from './presented-token.ts'
import type { SubjectServices } from '../../provider/subjects/pairwise.ts'
import type { Services } from '../../services.ts'

type Parameters = PartyParameters &
  Partial<Record<'requested_token_type' | 'scope', string>> &
  Partial<Record<'resource' | 'audience', string | string[]>>
type Client = NonNullable<KoaContextWithOIDC['oidc']['client']>

const PARAMETERS = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'resource',
  'audience',
  'scope',
  'authorization_details',
]

export function tokenExchangeGrant(services: SubjectServices): Grant {
  return {
    type: TOKEN_EXCHANGE_GRANT,
    parameters: PARAMETERS,
    allowedDuplicateParameters: ['resource', 'audience'],
    handle: (ctx) => exchange(services, ctx),
  }
}

async function exchange(services: SubjectServices, ctx: KoaContextWithOIDC): Promise<void> {
  const { client, provider } = ctx.oidc
  const params = ctx.oidc.params as Parameters
  if (!client) throw new TypeError('the token endpoint authenticates the client first')
  const proof = await grants.validateDpop(provider, ctx)
  grants.checkDpopRequired(provider, ctx, proof)
  const certificate = grants.checkMtlsCert(provider, ctx)
  const format = formatOf(params.requested_token_type)
  const shown = { jkt: proof?.thumbprint, 'x5t#S256': certificate && thumbprintOf(certificate) }
  const subject = await readSubject(services, ctx, params, shown)
  assertStrong(client, subject)
  await assertMayUse(services, client, subject)
  const actor = await readActor(services, ctx, params, shown)
  const rule = await ruleFor(services, client, params)
  assertManner(rule, actor)
  assertNamed(provider, subject, actor ?? { sub: client.clientId, clientId: client.clientId })
  const scope = narrow(ctx, subject, rule)
  const server = await resourceServer(ctx, rule.resource, { scope: rule.scopes, ...format })
  const token = makeToken(services, { client, provider, subject, actor, scope })
  token.resourceServer = server
  if (certificate) token.setThumbprint('x5t', certificate as unknown as string)
  await grants.checkDpopReplay(provider, ctx, proof, client.clientId)
  if (proof) token.setThumbprint('jkt', proof.thumbprint)
  await grants.applyAuthorizationDetails(provider, ctx, token, { rar: subject.details })
  ctx.oidc.entity('AccessToken', token)
  const accessToken = await token.save()
  ctx.body = grants.buildTokenResponse(provider, {
    accessToken,
    authorizationDetails: token.rar,
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
  { clock }: SubjectServices,
  { client, provider, subject, actor, scope }: Making,
): NewToken {
  const act = extendAct(readAct(subject.act), actor)
  if (isTooDeep(act)) throw new errors.InvalidRequest('the token was handed on too often')
  const token = new provider.AccessToken({
    accountId: subject.accountId,
    client,
    grantId: sharedGrantId(subject.grantDigest, client.clientId),
    gty: 'token_exchange',
    scope,
    extra: { ...subject.signIn, ...(act && { act }) },
  })
  const leftSeconds = subject.expiresAtSeconds - Math.floor(clock() / SECOND_MS)
  if (leftSeconds < 1) throw refused('subject_token', 'expired')
  return Object.assign(token, { expiresIn: Math.min(token.expiration, leftSeconds) })
}

type NewToken = AccessToken & { rar?: unknown }

/** RFC 8693 §2.1: a client may ask here for an access token, or for one that is certainly a JWT. */
function formatOf(requested: string | undefined): { accessTokenFormat: 'jwt' } | undefined {
  if (requested === undefined || requested === TOKEN_TYPES.accessToken) return undefined
  if (requested === TOKEN_TYPES.jwt) return { accessTokenFormat: 'jwt' }
  const known = `${TOKEN_TYPES.accessToken} or ${TOKEN_TYPES.jwt}`
  throw new errors.InvalidRequest(`requested_token_type takes ${known}`)
}

/** `resource` and `audience` mean the same here: the identifier of one resource server. */
async function ruleFor(
  { db }: SubjectServices,
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

async function onlyRule(db: Services['db'], clientId: string): Promise<ExchangeRule | undefined> {
  const rules = await listExchangeRules(db, clientId)
  return rules.length === 1 ? rules[0] : undefined
}

/**
 * A client that requires a second factor gets no token of a person who signed in without one. RFC 8693 §2.2.2: a token that is
 * unacceptable based on policy.
 */
function assertStrong(client: Client, { accountId, signIn }: Subject): void {
  if (accountId === undefined || !requiresSecondFactor(client)) return
  if (meetsLevel(signIn.acr, LEVELS[1])) return
  throw new errors.InvalidRequest(
    'this client takes only a subject_token of a sign-in with a second factor: acr says that it had none',
  )
}

/** A client of groups gets no token of a person who is in none of them. */
async function assertMayUse(
  { accountCache }: SubjectServices,
  client: Client,
  { accountId }: Subject,
): Promise<void> {
  if (allowedGroups(client) === undefined) return
  const account = await accountCache.find(accountId)
  if (account && mayUse(client, account)) return
  throw new errors.InvalidRequest('the person of the subject_token may not use this client')
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

const BOTH_HAVE = 'is one that the subject_token or the rules of this client lack'

/** The scopes that both the subject's token and the rule allow. A request may ask for fewer. */
function narrow(ctx: KoaContextWithOIDC, subject: Subject, rule: ExchangeRule): string {
  const allowed = rule.scopes.split(' ').filter((scope) => subject.scopes.has(scope))
  const requested = ctx.oidc.params?.['scope'] === undefined ? allowed : [...ctx.oidc.requestParamScopes]
  refuseOtherScopes(requested.join(' ') || undefined, allowed, BOTH_HAVE)
  if (requested.length > 0 || rule.scopes === '') return requested.join(' ')
  throw new errors.InvalidScope(
    'no scope of the subject_token may be exchanged for this resource',
    rule.scopes,
  )
}
