/** Types for the private modules of oidc-provider that this folder uses. The package is pinned to an exact version. */
declare module 'oidc-provider/lib/helpers/weak_cache.js' {
  export default function instance(provider: object): unknown
}

declare module 'oidc-provider/lib/helpers/als.js' {
  import type { AsyncLocalStorage } from 'node:async_hooks'
  const requests: AsyncLocalStorage<unknown>
  export default requests
}

declare module 'oidc-provider/lib/helpers/grants.js' {
  import type { X509Certificate } from 'node:crypto'
  import type { AccessToken, KoaContextWithOIDC, Provider } from 'oidc-provider'
  type Proof = { thumbprint: string; jti: string; iat: number }
  export function validateDpop(
    provider: Provider,
    ctx: KoaContextWithOIDC,
    accessToken?: string,
  ): Promise<Proof | undefined>
  export function checkDpopReplay(
    provider: Provider,
    ctx: KoaContextWithOIDC,
    proof: Proof | undefined,
    clientId: string,
    Refusal?: new (reason: string) => Error,
  ): Promise<void>
  export function checkDpopRequired(provider: Provider, ctx: KoaContextWithOIDC, proof?: Proof): void
  export function checkMtlsCert(provider: Provider, ctx: KoaContextWithOIDC): X509Certificate | undefined
  export function applyAuthorizationDetails(
    provider: Provider,
    ctx: KoaContextWithOIDC,
    token: AccessToken,
    source: { rar: unknown },
  ): Promise<void>
  export function buildTokenResponse(
    provider: Provider,
    answer: Record<string, unknown>,
  ): Record<string, unknown>
  export function resolveRequestedResources(
    provider: Provider,
    ctx: KoaContextWithOIDC,
  ): Promise<{ identifier: () => string; scopes: Set<string> }[]>
  export function validateClientScope(provider: Provider, ctx: KoaContextWithOIDC): Set<string>
}

declare module 'oidc-provider/lib/helpers/jwt.js' {
  export function sign(
    claims: Record<string, unknown>,
    key: unknown,
    alg: string,
    options: { typ: string; issuer: string; fields: { kid: string } },
  ): Promise<string>
  export function verify(
    jwt: string,
    keystore: unknown,
    options: { issuer: string; clockTolerance: number },
  ): Promise<{ header: Record<string, unknown>; payload: Record<string, unknown> }>
}

declare module 'oidc-provider/lib/shared/client_auth.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider'
  const clientAuthentication: ((ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => unknown)[]
  export default clientAuthentication
  export function getClientAuthParams(ctx: unknown): Set<string>
}

declare module 'oidc-provider/lib/shared/error_handler.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider'
  export default function errorHandler(
    eventName: string,
  ): (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => unknown
}

declare module 'oidc-provider/lib/shared/selective_body.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider'
  export function urlencoded(ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void>
}

declare module 'oidc-provider/lib/shared/assemble_params.js' {
  export default function assembleParams(
    allowed: Set<string>,
    ctx: unknown,
    next: () => Promise<unknown>,
  ): Promise<void>
}

declare module 'oidc-provider/lib/shared/reject_dupes.js' {
  export default function rejectDupes(
    options: { except?: Set<string> },
    ctx: unknown,
    next: () => Promise<unknown>,
  ): Promise<void>
}

declare module 'oidc-provider/lib/actions/authorization/claims.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider'
  type Check = (ctx: KoaContextWithOIDC, next: () => void) => unknown
  export const assignClaims: Check
  export const checkClaims: Check
  export const checkIdTokenHint: Check
}

declare module 'oidc-provider/lib/actions/authorization/process_request_object.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider'
  export default function processRequestObject(ctx: KoaContextWithOIDC, next: () => void): Promise<void>
}

declare module 'oidc-provider/lib/actions/authorization/pushed_authorization_requests.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider'
  export function loadPushedAuthorizationRequest(ctx: KoaContextWithOIDC, next: () => void): Promise<void>
  export function pushedAuthorizationRequestResponse(ctx: KoaContextWithOIDC): Promise<void>
}

declare module 'oidc-provider/lib/actions/authorization/request_parameters.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider'
  type Check = (ctx: KoaContextWithOIDC, next: () => void) => unknown
  export function getAuthorizationParams(ctx: KoaContextWithOIDC): Set<string>
  export const assignDefaults: Check
  export const checkMaxAge: Check
  export const checkPrompt: Check
  export const rejectRegistration: Check
}

declare module 'oidc-provider/lib/actions/authorization/scopes.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider'
  export const checkOpenidScope: (ctx: KoaContextWithOIDC, next: () => void) => unknown
}

declare module 'oidc-provider/lib/shared/check_rar.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider'
  export default function checkRar(ctx: KoaContextWithOIDC, next: () => void): Promise<void>
}

declare module 'oidc-provider/lib/shared/cors.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider'
  export default function cors(options: {
    clientBased: boolean
    allowMethods: string
    exposeHeaders: string[]
    maxAge: number
  }): (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => unknown
}
