/**
 * The OpenID Connect provider. Builds the library with our configuration, adds checks of requests, and replaces the
 * provider when the signing keys change. Requests in flight finish on the old one.
 */
import compose from 'koa-compose'
import type { Middleware } from 'koa'
import Keygrip from 'keygrip'
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Oidc } from './contract/current-provider.ts'
import { byEndpoint } from './contract/protocol-part.ts'
import type { AfterHook } from './contract/protocol-part.ts'
import { isOutage } from '../http/outage.ts'
import type { Logger } from '../platform/logging/log.ts'
import { expectAudience } from './binding/client-assertion.ts'
import { createConfiguration } from './configuration.ts'
import type { ConfigurationNeeds } from './configuration.ts'
import { nameInteraction } from './endpoints/fapi-interaction-id.ts'
import { keepOfflineAccess } from './grants/offline-access.ts'
import type { KeySet } from '../keys/key-set.ts'
import { addGrant, addTokenClaims } from './library/library.ts'
import { createProvider, placeStep } from './library/own-provider.ts'
import { answerUnread, keepWrittenQueries } from './library/response-modes.ts'
import { hasDetails } from './library/scope-check.ts'
import { completeTokenAnswer } from './endpoints/complete-answers.ts'
import { completeIntrospection, refuseUnproven } from './endpoints/introspection.ts'
import { fixAddresses } from './endpoints/fixed-addresses.ts'
import { completeMetadata } from './endpoints/metadata.ts'
import { noteIgnoredScopes } from './refusals/app-errors.ts'
import type { NoteError } from '../clients/errors/client-errors.ts'
import { describedPage, describeRefusals, OUTAGE } from './refusals/describe.ts'
import { refuseOversized } from './checks/request-bounds.ts'
import { logIgnoredScopes, settleScope } from './checks/scope-request.ts'
import { COLLECTING, flushUnitOfWork } from './records/unit-of-work.ts'

export type OidcNeeds = Omit<ConfigurationNeeds, 'keySet' | 'detailsTypes'> & {
  loadDetailsTypes: () => Promise<ConfigurationNeeds['detailsTypes']>
  loadKeys: () => Promise<KeySet>
  log: Logger
  noteError: NoteError
}

export async function createOidc(needs: OidcNeeds): Promise<Oidc> {
  let provider = await build(needs)
  let dispatch = compose(provider.middleware)
  return {
    current: () => provider,
    middleware: (ctx, next) => dispatch(ctx, next),
    async reload() {
      provider = await build(needs)
      dispatch = compose(provider.middleware)
    },
  }
}

async function build(needs: OidcNeeds): Promise<Provider> {
  const { jwks: keySet, unpublished } = await needs.loadKeys()
  const detailsTypes = await needs.loadDetailsTypes()
  const renderError = describedPage(needs.renderError)
  const configuration = createConfiguration({ ...needs, renderError, keySet, detailsTypes })
  const provider = createProvider(needs.issuer, configuration)
  placeSteps(provider, needs.parts)
  provider.keys = new Keygrip(needs.cookieKeys, 'sha256')
  fixAddresses(provider, needs.mtls)
  expectAudience(provider, needs.mtls)
  for (const { grants = [], tokenClaims, install } of needs.parts) {
    for (const grant of grants) addGrant(provider, grant)
    if (tokenClaims) addTokenClaims(provider, tokenClaims)
    install?.(provider)
  }
  const added = needs.parts.flatMap(({ after = [] }) => after)
  provider.use(completeRequest([...ownHooks(needs, new Set(unpublished)), ...added]))
  describeRefusals(provider, needs)
  logIgnoredScopes(provider, needs.log, (...ignored) => noteIgnoredScopes(needs.noteError, ...ignored))
  keepWrittenQueries(provider)
  answerUnread(provider)
  return provider
}

function placeSteps(provider: Provider, parts: OidcNeeds['parts']): void {
  const hooks = byEndpoint(parts.flatMap(({ before = [] }) => before))
  placeStep(provider, 'endpoint reached', async (ctx, next) => {
    for (const run of hooks.get(ctx.oidc.route) ?? []) if (await run(ctx)) return
    await next()
  })
  placeStep(provider, 'request read', (ctx, next) => {
    refuseOversized(ctx)
    return next()
  })
  // Authorization details name resource servers, so their scope is settled when they are checked.
  placeStep(provider, 'scope settled', async (ctx, next) => {
    if (!hasDetails(ctx)) await settleScope(ctx)
    return next()
  })
  placeStep(provider, 'scope of details settled', async (ctx, next) => {
    if (hasDetails(ctx)) await settleScope(ctx)
    return next()
  })
  placeStep(provider, 'scope checked', keepOfflineAccess)
  placeStep(provider, 'introspection asked', refuseUnproven)
  placeStep(provider, 'introspection answered', completeIntrospection)
}

function completeRequest(added: readonly AfterHook[]): Middleware {
  const hooks = byEndpoint(added)
  return async (ctx, next) => {
    await next()
    const oidc = ctx as unknown as KoaContextWithOIDC
    if (!oidc.oidc?.route) return
    for (const run of hooks.get(oidc.oidc.route) ?? []) await run(oidc)
    if (ctx.status === 500) softenOutage(oidc)
    if (ctx.response.get('Access-Control-Allow-Origin')) exposeHeaders(oidc)
  }
}

/** What this server adds to the answers of single endpoints, before the features' additions. */
function ownHooks(needs: OidcNeeds, unpublished: ReadonlySet<string>): readonly AfterHook[] {
  // The same for every request of one provider, which is replaced when anything in it changes.
  let metadata: object | undefined
  const added = Object.assign({}, ...needs.parts.map((part) => part.metadata)) as Record<string, unknown>
  return [
    { at: COLLECTING, run: writeTogether },
    { at: ['userinfo'], run: nameInteraction },
    { at: ['token'], run: completeTokenAnswer },
    { at: ['revocation'], run: leaveOutType },
    { at: ['jwks'], run: (ctx) => withhold(ctx, unpublished) },
    {
      at: ['discovery'],
      run: (ctx) =>
        void (ctx.body = metadata ??= completeMetadata({ ...(ctx.body as object), ...added }, needs)),
    },
    { at: ['discovery', 'jwks'], run: (ctx) => ctx.set('Cache-Control', 'public, max-age=300') },
  ]
}

/** RFC 7009 §2.2: the answer has no content. oidc-client-ts refuses an empty answer with a content type of text. */
function leaveOutType(ctx: KoaContextWithOIDC): void {
  if (ctx.body === '') ctx.remove('Content-Type')
}

/** Keeps keys that only decrypt requests in flight out of the published set. */
function withhold(ctx: KoaContextWithOIDC, unpublished: ReadonlySet<string>): void {
  const { keys } = ctx.body as { keys: { kid: string }[] }
  ctx.body = { keys: keys.filter(({ kid }) => !unpublished.has(kid)) }
}

/**
 * Writes the tokens of one request in one step just before the answer leaves. A failed request writes nothing, so that
 * no fault uses up a code or refresh token. A request that lost a race gets the error.
 */
async function writeTogether(ctx: KoaContextWithOIDC): Promise<void> {
  try {
    await flushUnitOfWork(ctx)
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError)) throw error
    ctx.status = error.statusCode
    ctx.body = { error: error.error, error_description: error.error_description }
    ctx.oidc.provider.emit('grant.error', ctx, error)
  }
}

/** Headers that an app's page needs to read in the browser (Fetch standard, "CORS-safelisted response-header name"). */
function exposeHeaders(ctx: KoaContextWithOIDC): void {
  if (ctx.method !== 'OPTIONS') ctx.append('Access-Control-Expose-Headers', ['X-Request-Id', 'Retry-After'])
}

// The library answers 500 to any unknown error. A dependency that is down is a 503, which clients retry.
function softenOutage(ctx: KoaContextWithOIDC): void {
  const { failure } = ctx.state as { failure?: unknown }
  if (!isOutage(failure)) return
  ctx.status = 503
  ctx.set('Retry-After', '2')
  ctx.body = { ...OUTAGE }
}
