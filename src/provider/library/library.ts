/**
 * Offers private parts of the library to endpoints and grants that it lacks. They get the same client authentication,
 * sender constraining and error answers as its own. No file outside this folder may use the package's private parts.
 */
import type { X509Certificate } from 'node:crypto'
import type { Configuration, FindAccount, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { library } from './modules.ts'
import { compositionOf } from './own-provider.ts'
import type { GrantHandler } from './own-provider.ts'
import type { Step } from './places.ts'

/** Members that the provider does not publish. */
type Internals = {
  router: Record<'post' | 'options', (name: string, path: string, ...stack: Step[]) => void>
  keystore: unknown
}

/** The part of the provider's configuration that is read again. */
type ReadSettings = {
  clockTolerance: number
  findAccount: FindAccount
  responseTypes: string[]
  interactions: { policy: readonly { name: string }[] }
  pairwiseIdentifier: (ctx: KoaContextWithOIDC, accountId: string, client: object) => string
  features: {
    mTLS: { enabled: boolean; getCertificate: (ctx: KoaContextWithOIDC) => X509Certificate | undefined }
    resourceIndicators: ResourceIndicators
  }
}

type ServerInfo = { scope: string; audience?: string; accessTokenFormat?: 'opaque' | 'jwt' }
export type ResourceIndicators = {
  defaultResource: (ctx: KoaContextWithOIDC, client: object) => string | string[] | undefined
  getResourceServerInfo: (ctx: KoaContextWithOIDC, identifier: string, client: object) => Promise<ServerInfo>
}

export const { grants } = library

function internals(provider: Provider): Internals {
  return library.instance(provider) as Internals
}

/** The configuration that the provider was built with. */
export function settingsOf(provider: Provider): ReadSettings {
  return compositionOf(provider).configuration as Configuration & ReadSettings
}

export type Endpoint = {
  /** The name in `ctx.oidc.route` and in events (`<name>.error`). */
  name: string
  path: string
  /** Form fields beside those of client authentication. Others are ignored. */
  parameters: (ctx: KoaContextWithOIDC) => Iterable<string>
  /** Fields that may be repeated. */
  lists: readonly string[]
  /** Finds the client when neither `client_id` nor another credential names it. */
  clientIdOf: (ctx: KoaContextWithOIDC) => Promise<string | undefined>
  handle: (ctx: KoaContextWithOIDC) => Promise<void>
}

/** CORS as at the token endpoint: the origins that a client registered. Their pages may read nonces and challenges. */
const fromPages: Step = library.cors({
  clientBased: true,
  allowMethods: 'POST',
  exposeHeaders: ['DPoP-Nonce', 'WWW-Authenticate'],
  maxAge: 3600,
})

/** Adds an endpoint where clients authenticate with a form, as at the token endpoint. */
export function addEndpoint(
  provider: Provider,
  { name, path, parameters, lists, clientIdOf, handle }: Endpoint,
): void {
  const readParameters: Step = (ctx, next) =>
    library.assembleParams(new Set([...parameters(ctx), ...library.getClientAuthParams(ctx)]), ctx, next)
  const identify: Step = async (ctx, next) => {
    const { params } = ctx.oidc
    const isNamed = ctx.headers.authorization ?? params?.['client_assertion'] ?? params?.['client_id']
    if (params && isNamed === undefined) params['client_id'] = await clientIdOf(ctx)
    return next()
  }
  const rejectDuplicates: Step = (ctx, next) => library.rejectDupes({ except: new Set(lists) }, ctx, next)
  const answer: Step = (ctx) => handle(ctx)
  const stack = [
    library.urlencoded,
    readParameters,
    identify,
    ...library.clientAuthentication,
    rejectDuplicates,
    answer,
  ]
  const { router } = internals(provider)
  const before = [withProtocolContext(provider), noStore, library.errorHandler(`${name}.error`), fromPages]
  router.post(name, path, ...before, ...stack)
  router.options(`cors.${name}`, path, withProtocolContext(provider), fromPages)
}

/**
 * Lets the library check a request to one of our own addresses. The checks use `address` as the address of the request.
 */
export function protocolContext(provider: Provider, ctx: object, address: string): KoaContextWithOIDC {
  const asked = ctx as KoaContextWithOIDC
  const oidc = new provider.OIDCContext(asked)
  Object.defineProperty(oidc, 'urlFor', { value: () => address })
  return Object.defineProperty(asked, 'oidc', { value: oidc })
}

/** The subject of an account for a client. */
export function subjectFor(ctx: KoaContextWithOIDC, accountId: string): string {
  const { client, provider } = ctx.oidc
  if (client?.subjectType !== 'pairwise') return accountId
  return settingsOf(provider).pairwiseIdentifier(ctx, accountId, client)
}

/** A grant type of the token endpoint: one that the library lacks, or one of the library with a step around its handler. */
export type Grant =
  | {
      type: string
      /** The form fields that are read, beside those of client authentication. Every other is ignored. */
      parameters: readonly string[]
      /** The fields that may be sent more than once. */
      allowedDuplicateParameters?: readonly string[]
      handle: GrantHandler
    }
  | { type: string; around: (ctx: KoaContextWithOIDC, library: GrantHandler) => Promise<void> }

/** Adds or changes a grant type. Call it once per provider instance. */
export function addGrant(provider: Provider, grant: Grant): void {
  if ('handle' in grant) {
    const { type, parameters, allowedDuplicateParameters = [], handle } = grant
    provider.registerGrantType(type, handle, [...parameters], [...allowedDuplicateParameters])
    return
  }
  const found = compositionOf(provider).grants.get(grant.type)
  if (!found) throw new TypeError(`the grant type ${grant.type} is not enabled`)
  const handle: GrantHandler = (ctx) => grant.around(ctx, found.handler)
  provider.registerGrantType(grant.type, handle, found.parameters, found.lists)
}

/** The client certificate of the request, as far as the settings accept one. */
export function presentedCertificate(ctx: KoaContextWithOIDC): X509Certificate | undefined {
  const { mTLS } = settingsOf(ctx.oidc.provider).features
  return mTLS.enabled ? mTLS.getCertificate(ctx) : undefined
}

/** The choices that a request has at this provider. */
export function acceptedValues(provider: Provider) {
  const { grants: grantTypes, modes } = compositionOf(provider)
  const { responseTypes, interactions } = settingsOf(provider)
  return {
    grantTypes: [...grantTypes.keys()].sort((a, b) => rankOf(a) - rankOf(b)),
    prompts: ['none', ...interactions.policy.map(({ name }) => name)],
    responseModes: [...modes],
    responseTypes,
  }
}

/** Response modes in the order of the metadata, ours last. */
const LISTED_FIRST = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:openid:params:grant-type:ciba',
]

function rankOf(grantType: string): number {
  const at = LISTED_FIRST.indexOf(grantType)
  return at < 0 ? LISTED_FIRST.length : at
}

/** An access token that is being issued. */
export type IssuedToken = {
  clientId: string
  grantId?: string
  format?: string
  /** Lifetime in seconds. */
  expiration: number
  /** Values of the token beyond those that the library knows. */
  extra?: object
}

/** Adds claims to access tokens as they are issued. */
export function addTokenClaims(provider: Provider, claimsOf: ClaimsOf): void {
  const { tokenClaims } = compositionOf(provider)
  tokenClaims.push((_ctx, token) => claimsOf(token as IssuedToken))
}

/** Claims that a new access token gets. */
export type ClaimsOf = (token: IssuedToken) => Promise<object | undefined> | object | undefined

/** The settings of tokens for a resource server, whether or not the client itself may ask for them. */
export async function resourceServer(
  ctx: KoaContextWithOIDC,
  identifier: string,
  changes: Partial<ServerInfo>,
) {
  const { provider } = ctx.oidc
  const { getResourceServerInfo } = settingsOf(provider).features.resourceIndicators
  const info = await getResourceServerInfo(ctx, identifier, { allowed_resources: [identifier] })
  return new provider.ResourceServer(identifier, { ...info, ...changes })
}

/**
 * Returns header and claims of a JWT that this provider signed and that has not expired.
 * @throws Error when it is anything else
 */
export function verifyOwnJwt(provider: Provider, jwt: string) {
  const { clockTolerance } = settingsOf(provider)
  return library.jwt.verify(jwt, internals(provider).keystore, { issuer: provider.issuer, clockTolerance })
}

/** Signs claims of this provider with its current key. */
export function signOwnJwt(
  provider: Provider,
  claims: Record<string, unknown>,
  { alg, typ }: { alg: string; typ: string },
): Promise<string> {
  const keystore = internals(provider).keystore as SigningKeys
  const [key] = keystore.selectForSign({ alg, use: 'sig' })
  if (!key) throw new TypeError(`there is no key that signs with ${alg}`)
  const options = { typ, issuer: provider.issuer, fields: { kid: key.kid } }
  return library.jwt.sign(claims, keystore.getKeyObject(key), alg, options)
}

type SigningKeys = {
  selectForSign: (wanted: { alg: string; use: 'sig' }) => { kid: string }[]
  getKeyObject: (key: { kid: string }) => unknown
}

// The same order of steps as in the library's own routes.
function withProtocolContext(provider: Provider): Step {
  return (ctx, next) => {
    const oidc = new provider.OIDCContext(ctx)
    Object.defineProperty(ctx, 'oidc', { value: oidc })
    return library.requests.run(ctx, next)
  }
}

const noStore: Step = (ctx, next) => {
  ctx.set('Cache-Control', 'no-store')
  return next()
}
