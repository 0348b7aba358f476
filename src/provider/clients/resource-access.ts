/** Decides who may get a token for a resource server. */
import { errors } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { SigningAlg } from '../../platform/algorithms.ts'
import { isIgnoredScope, refuseOtherScopes } from '../checks/scope-request.ts'
import { isDocumentId } from './client-documents.ts'
import { isOpenidScope } from '../../clients/client-metadata.ts'
import { allowedAlg } from '../../clients/profiles.ts'

/** A resource server as the token endpoint uses it (RFC 8707). */
export type KnownResource = {
  identifier: string
  scopes: string
  /** The texts that people read instead of the names of these scopes. */
  scopeTexts?: Readonly<Record<string, string>>
  accessTokenFormat: 'opaque' | 'jwt'
  accessTokenTtlSeconds: number | null
  /** The signing algorithm of its JWT access tokens. `null` means the server's default. */
  accessTokenAlg: SigningAlg | null
  clientId: string
}

type Extra = { allowed_resources?: unknown; resource_scope?: unknown }

/** Resource indicators (RFC 8707): which resources a client may ask for, and the format of their tokens. */
export function resourceIndicators(
  findResource: (identifier: string) => Promise<KnownResource | undefined>,
  tokenAlgorithm: SigningAlg,
) {
  return {
    enabled: true,
    // A client with one allowed resource need not name it: neither a machine, nor an app that asks for the resource's
    // scopes. With openid, the code gives a token for userinfo, and `resource` gives the one for the resource server.
    defaultResource: (
      ctx: KoaContextWithOIDC,
      client: { allowed_resources?: unknown },
      oneOf?: string | string[],
    ) => {
      if (!oneOf && isMcp(client) && !isPlainSignIn(ctx)) throw new errors.InvalidTarget(RESOURCE_NEEDED)
      const allowed = allowedResources(client)
      if (!oneOf && isMachine(ctx)) {
        if (allowed.length > 1) throw new errors.InvalidTarget(ONE_OF_SEVERAL)
        if (allowed.length === 0) refuseOtherScopes(foreignScopes(ctx), [])
      }
      return oneOf ?? (allowed.length === 1 && meansResource(ctx) ? allowed[0] : undefined)
    },
    // An MCP client cannot use a token without an audience.
    useGrantedResource: (ctx: KoaContextWithOIDC) => isMcp(ctx.oidc.client),
    getResourceServerInfo: async (ctx: KoaContextWithOIDC, identifier: string, client: Extra) => {
      const resource = allowedResources(client).includes(identifier)
        ? await findResource(identifier)
        : undefined
      if (!resource) throw new errors.InvalidTarget('the resource is unknown or not allowed for this client')
      const scope = scopesFor(client, resource)
      if (isMachine(ctx)) settleMachineScope(ctx, scope)
      return {
        scope,
        audience: resource.identifier,
        accessTokenFormat: resource.accessTokenFormat,
        accessTokenTTL: resource.accessTokenTtlSeconds ?? undefined,
        jwt: { sign: { alg: allowedAlg(client, resource.accessTokenAlg ?? tokenAlgorithm) } },
      }
    },
  } as NonNullable<Configuration['features']>['resourceIndicators']
}

function meansResource({ oidc: { params, client } }: KoaContextWithOIDC): boolean {
  if (isMachine({ oidc: { params } })) return true
  // At the token endpoint the grant decides.
  if (params?.['grant_type'] !== undefined) return false
  return params?.['scope'] === undefined
    ? isForResourcesAlone(client)
    : foreignScopes({ oidc: { params } }) !== undefined
}

function foreignScopes({ oidc: { params } }: { oidc: Pick<KoaContextWithOIDC['oidc'], 'params'> }) {
  const scopes = typeof params?.['scope'] === 'string' ? params['scope'].split(' ') : []
  return scopes.filter((scope) => !isOpenidScope(scope) && !isIgnoredScope(scope)).join(' ') || undefined
}

function isMachine({ oidc: { params } }: { oidc: Pick<KoaContextWithOIDC['oidc'], 'params'> }): boolean {
  return params?.['grant_type'] === 'client_credentials'
}

/**
 * RFC 6749 §3.3: the default is every allowed scope. An unknown scope is refused, because no consent page would show
 * that it is missing.
 */
function settleMachineScope({ oidc: { params } }: KoaContextWithOIDC, offered: string): void {
  if (!params) return
  if (params['scope'] === undefined) params['scope'] = offered || undefined
  else refuseOtherScopes(params['scope'], offered.split(' '))
}

const ONE_OF_SEVERAL =
  'resource is missing: this client may ask for tokens of several resource servers, so it names one (RFC 8707)'

/** A client with a document may be any app. One that only signs people in need not name a resource. */
function isPlainSignIn(ctx: KoaContextWithOIDC): boolean {
  const { client, requestParamScopes } = ctx.oidc
  return (
    isDocumentId(client?.clientId) && requestParamScopes.has('openid') && foreignScopes(ctx) === undefined
  )
}

const RESOURCE_NEEDED =
  'resource is missing: a client of the profile mcp names the server that the token is for (RFC 8707)'

function isForResourcesAlone(client: object | undefined): boolean {
  return client !== undefined && 'resource_scope_only' in client && client.resource_scope_only === true
}

function isMcp(client: object | undefined): boolean {
  return client !== undefined && 'profile' in client && client.profile === 'mcp'
}

// A client that registered scopes of resource servers gets no others.
function scopesFor(client: { resource_scope?: unknown }, { scopes }: KnownResource): string {
  if (typeof client.resource_scope !== 'string') return scopes
  const registered = client.resource_scope.split(' ')
  return scopes
    .split(' ')
    .filter((scope) => registered.includes(scope))
    .join(' ')
}

function allowedResources(client: { allowed_resources?: unknown }): string[] {
  return Array.isArray(client.allowed_resources) ? (client.allowed_resources as string[]) : []
}
