/**
 * The library's own parts, for endpoints and grants that it lacks: the same client authentication, sender constraining
 * and error answers as everywhere else. Nothing outside this folder may reach into the package.
 */
import type { X509Certificate } from 'node:crypto'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import introspection from 'oidc-provider/lib/actions/introspection.js'
import revocation from 'oidc-provider/lib/actions/revocation.js'
import requests from 'oidc-provider/lib/helpers/als.js'
import * as grants from 'oidc-provider/lib/helpers/grants.js'
import { sign, verify } from 'oidc-provider/lib/helpers/jwt.js'
import instance from 'oidc-provider/lib/helpers/weak_cache.js'
import assembleParams from 'oidc-provider/lib/shared/assemble_params.js'
import clientAuthentication, { getClientAuthParams } from 'oidc-provider/lib/shared/client_auth.js'
import cors from 'oidc-provider/lib/shared/cors.js'
import errorHandler from 'oidc-provider/lib/shared/error_handler.js'
import rejectDupes from 'oidc-provider/lib/shared/reject_dupes.js'
import rejectStructuredTokens from 'oidc-provider/lib/shared/reject_structured_tokens.js'
import { urlencoded } from 'oidc-provider/lib/shared/selective_body.js'
import { afterReading } from './request-steps.ts'
import type { ResponseMode } from './response-modes.ts'

type Step = (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => unknown
export type GrantHandler = (ctx: KoaContextWithOIDC) => Promise<void>

type Internals = {
  router: Record<'post' | 'options', (name: string, path: string, ...stack: Step[]) => void>
  grantTypeHandlers: Map<string, GrantHandler>
  responseModes: Map<string, ResponseMode>
  keystore: unknown
  features: {
    mTLS: { enabled: boolean; getCertificate: (ctx: KoaContextWithOIDC) => X509Certificate | undefined }
  }
  configuration: {
    grantTypes: Set<string>
    responseTypes: string[]
    prompts: Set<string>
    clockTolerance: number
    discovery: Record<string, unknown>
    extraTokenClaims: (ctx: KoaContextWithOIDC, token: object) => unknown
    pairwiseIdentifier: (ctx: KoaContextWithOIDC, accountId: string, client: object) => string
    features: { resourceIndicators: { getResourceServerInfo: DescribeResource } }
  }
}

type ServerInfo = { scope: string; audience?: string; accessTokenFormat?: 'opaque' | 'jwt' }
type DescribeResource = (ctx: KoaContextWithOIDC, identifier: string, client: object) => Promise<ServerInfo>

export { grants }

function internals(provider: Provider): Internals {
  return instance(provider) as Internals
}

export type Endpoint = {
  /** Names it in `ctx.oidc.route` and in events (`<name>.error`). */
  name: string
  /** What discovery calls its address. */
  metadataName: string
  path: string
  /** Form fields that are read beside those of client authentication; every other is ignored. */
  parameters: (ctx: KoaContextWithOIDC) => Iterable<string>
  /** Fields that may be there more than once. */
  lists: readonly string[]
  /** Who asks, where neither `client_id` nor another credential says so. */
  clientIdOf: (ctx: KoaContextWithOIDC) => Promise<string | undefined>
  handle: (ctx: KoaContextWithOIDC) => Promise<void>
}

/** As at the token endpoint: pages of those origins that a client registered, which need nonces and challenges. */
const fromPages: Step = cors({
  clientBased: true,
  allowMethods: 'POST',
  exposeHeaders: ['DPoP-Nonce', 'WWW-Authenticate'],
  maxAge: 3600,
})

/** Adds an endpoint that clients authenticate at with a form, as they do at the token endpoint. */
export function addEndpoint(
  provider: Provider,
  { name, metadataName, path, parameters, lists, clientIdOf, handle }: Endpoint,
): void {
  const readParameters: Step = (ctx, next) =>
    assembleParams(new Set([...parameters(ctx), ...getClientAuthParams(ctx)]), ctx, next)
  const identify: Step = async (ctx, next) => {
    const { params } = ctx.oidc
    const isNamed = ctx.headers.authorization ?? params?.['client_assertion'] ?? params?.['client_id']
    if (params && isNamed === undefined) params['client_id'] = await clientIdOf(ctx)
    return next()
  }
  const rejectDuplicates: Step = (ctx, next) => rejectDupes({ except: new Set(lists) }, ctx, next)
  const answer: Step = (ctx) => handle(ctx)
  const stack = [
    urlencoded,
    ...afterReading(),
    readParameters,
    identify,
    ...clientAuthentication,
    rejectDuplicates,
    answer,
  ]
  const { router, configuration } = internals(provider)
  const before = [withProtocolContext(provider), noStore, errorHandler(`${name}.error`), fromPages]
  router.post(name, path, ...before, ...stack)
  router.options(`cors.${name}`, path, withProtocolContext(provider), fromPages)
  configuration.discovery[metadataName] = provider.urlFor(name)
}

/** The subject by which a client knows an account. */
export function subjectFor(ctx: KoaContextWithOIDC, accountId: string): string {
  const { client, provider } = ctx.oidc
  if (client?.subjectType !== 'pairwise') return accountId
  return internals(provider).configuration.pairwiseIdentifier(ctx, accountId, client)
}

/** Puts `wrap` around the library's handler of a grant type. */
export function wrapGrantHandler(
  provider: Provider,
  grantType: string,
  wrap: (handler: GrantHandler) => GrantHandler,
): void {
  const { grantTypeHandlers } = internals(provider)
  const handler = grantTypeHandlers.get(grantType)
  if (!handler) throw new TypeError(`the grant type ${grantType} is not enabled`)
  grantTypeHandlers.set(grantType, wrap(handler))
}

/** The client certificate that the request came with, as far as this server looks for one. */
export function presentedCertificate(ctx: KoaContextWithOIDC): X509Certificate | undefined {
  const { mTLS } = internals(ctx.oidc.provider).features
  return mTLS.enabled ? mTLS.getCertificate(ctx) : undefined
}

/** What a request may choose from here. */
export function acceptedValues(provider: Provider) {
  const { configuration, responseModes } = internals(provider)
  const { grantTypes, responseTypes, prompts } = configuration
  const listed = {
    grantTypes: [...grantTypes],
    prompts: [...prompts],
    responseModes: [...responseModes.keys()],
  }
  return { ...listed, responseTypes }
}

/** An access token that is being issued. */
export type IssuedToken = {
  clientId: string
  grantId?: string
  format?: string
  /** Seconds that it lives. */
  expiration: number
  /** What it was made with beyond what the library knows. */
  extra?: object
}

/** Adds claims to access tokens as they are issued. */
export function addTokenClaims(
  provider: Provider,
  claimsOf: (token: IssuedToken) => Promise<object | undefined> | object | undefined,
): void {
  const { configuration } = internals(provider)
  const { extraTokenClaims } = configuration
  configuration.extraTokenClaims = async (ctx, token) => {
    const others = (await extraTokenClaims(ctx, token)) as object | undefined
    const claims = await claimsOf(token as IssuedToken)
    return claims || others ? { ...others, ...claims } : undefined
  }
}

/**
 * Lets introspection and revocation look for a JWT as for any other token; the library turns every JWT away before.
 * For all providers of the process; to be called before one is built.
 */
export function lookForJwtsToo(): void {
  for (const steps of [introspection, revocation]) {
    const at = steps.indexOf(rejectStructuredTokens)
    if (at >= 0) steps.splice(at, 1)
  }
}

/** Puts a step before what introspection does, where its client is known. To be called before a provider is built. */
export function beforeIntrospection(step: Step): void {
  if (introspection.includes(step)) return
  const at = introspection.findIndex(({ name }) => name === 'validateTokenPresence')
  if (at < 0) throw new TypeError('introspection has no step that looks whether there is a token')
  introspection.splice(at, 0, step)
}

/** Puts a step around what introspection answers, before that is signed. To be called before a provider is built. */
export function aroundIntrospection(step: Step): void {
  if (introspection.includes(step)) return
  const at = introspection.findIndex(({ name }) => name === 'renderTokenResponse')
  if (at < 0) throw new TypeError('introspection has no step that makes the answer')
  introspection.splice(at, 0, step)
}

/** How tokens for a resource server are made, whether or not the client may ask for them by itself. */
export async function resourceServer(
  ctx: KoaContextWithOIDC,
  identifier: string,
  changes: Partial<ServerInfo>,
) {
  const { provider } = ctx.oidc
  const { getResourceServerInfo } = internals(provider).configuration.features.resourceIndicators
  const info = await getResourceServerInfo(ctx, identifier, { allowed_resources: [identifier] })
  return new provider.ResourceServer(identifier, { ...info, ...changes })
}

/**
 * Header and claims of a JWT that this provider signed and that has not expired.
 * @throws Error when it is anything else
 */
export function verifyOwnJwt(provider: Provider, jwt: string) {
  const { keystore, configuration } = internals(provider)
  return verify(jwt, keystore, { issuer: provider.issuer, clockTolerance: configuration.clockTolerance })
}

/** Signs claims of the provider's own with its current key. */
export function signOwnJwt(
  provider: Provider,
  claims: Record<string, unknown>,
  { alg, typ }: { alg: string; typ: string },
): Promise<string> {
  const keystore = internals(provider).keystore as SigningKeys
  const [key] = keystore.selectForSign({ alg, use: 'sig' })
  if (!key) throw new TypeError(`there is no key that signs with ${alg}`)
  const options = { typ, issuer: provider.issuer, fields: { kid: key.kid } }
  return sign(claims, keystore.getKeyObject(key), alg, options)
}

type SigningKeys = {
  selectForSign: (wanted: { alg: string; use: 'sig' }) => { kid: string }[]
  getKeyObject: (key: { kid: string }) => unknown
}

// As the library does it for its own routes.
function withProtocolContext(provider: Provider): Step {
  return (ctx, next) => {
    const oidc = new provider.OIDCContext(ctx)
    Object.defineProperty(ctx, 'oidc', { value: oidc })
    return requests.run(ctx, next)
  }
}

const noStore: Step = (ctx, next) => {
  ctx.set('Cache-Control', 'no-store')
  return next()
}
