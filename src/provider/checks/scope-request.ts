/**
 * Settles the scope of a request before anybody has to sign in (RFC 6749 §3.3). It sets the default for a request
 * without a scope, and answers unknown words. The library checks whether the client may have a registered scope.
 */
import type { EventEmitter } from 'node:events'
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { requestState } from '../../http/request/request-state.ts'
import type { Logger } from '../../platform/logging/log.ts'
import { isOpenidScope } from '../../clients/client-metadata.ts'
import { hasDetails, hasScopeSyntax, resourcesOf, scopesAt } from '../library/scope-check.ts'
import { shownNames } from '../../platform/shown.ts'

/**
 * Apps ask for these by default. OpenID Connect Core §5.4 defines two, Argo CD and oauth2-proxy send `groups`, and
 * clients of Keycloak send `roles`. They are ignored (§3.1.2.1): the last two for a client that may not have them, the others
 * because they have no meaning here.
 */
const IGNORED: ReadonlySet<string> = new Set(['address', 'phone', 'groups', 'roles'])

export function isIgnoredScope(scope: string): boolean {
  return IGNORED.has(scope)
}

/** Emitted by the provider with the context and the ignored words. */
const SCOPE_IGNORED = 'scope.ignored'

const MOST_SHOWN = 5

type Client = NonNullable<KoaContextWithOIDC['oidc']['client']>

/**
 * Runs before the library's own scope check, for every form of an authorization request.
 * @throws errors.InvalidScope naming the word, errors.InvalidTarget
 */
export async function settleScope(ctx: KoaContextWithOIDC): Promise<void> {
  const { params, client } = ctx.oidc
  const scope = params?.['scope']
  if (!params || !client || !hasScopeSyntax(scope)) return
  if (scope === undefined) {
    if (mayBeLeftOut(ctx)) params['scope'] = await defaultScope(ctx, client)
    return
  }
  const words = [...new Set(scope.split(' '))]
  const offered = words.every(isOpenidScope) ? [] : await offeredAt(ctx, resourcesOf(ctx))
  const isOwn = (word: string) => (ASKED.has(word) ? ownScopes(client).includes(word) : isOpenidScope(word))
  const known = words.filter((word) => isOwn(word) || offered.includes(word))
  const unknown = words.filter((word) => !known.includes(word))
  const refused = unknown.filter((word) => !IGNORED.has(word) || known.length === 0)
  if (refused.length > 0) throw await refusal(ctx, client, { refused, offered })
  if (unknown.length === 0) return
  params['scope'] = known.join(' ')
  ctx.oidc.provider.emit(SCOPE_IGNORED, ctx, unknown)
}

/** A client has these only where it is registered for them. */
const ASKED: ReadonlySet<string> = new Set(['groups', 'roles'])

/** The operator finds here why an app did not get a scope. */
export function logIgnoredScopes(
  provider: EventEmitter,
  log: Logger,
  alsoTold: (ctx: KoaContextWithOIDC, words: readonly string[]) => void,
): void {
  provider.on(SCOPE_IGNORED, (ctx: KoaContextWithOIDC, words: readonly string[]) => {
    const { requestId } = requestState(ctx)
    const ignored = words.join(' ')
    log.info({ requestId, clientId: ctx.oidc.client?.clientId, ignored }, 'oidc.scope_ignored')
    alsoTold(ctx, words)
  })
}

/** @throws errors.InvalidScope for words that are not offered */
export function refuseOtherScopes(requested: unknown, offered: readonly string[], why?: string): void {
  if (typeof requested !== 'string') return
  const other = requested.split(' ').filter((scope) => !offered.includes(scope))
  if (other.length > 0) throw unknownScope(other, offered, why)
}

/** CIBA §7.1 requires a scope. A request with authorization details may come without one (RFC 9396 §3.1). */
function mayBeLeftOut(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.route !== 'backchannel_authentication' && !hasDetails(ctx)
}

async function defaultScope(ctx: KoaContextWithOIDC, client: Client): Promise<string> {
  const resources = resourcesOf(ctx)
  if (resources.length === 0) return ownScopes(client).filter(isDefault).join(' ') || 'openid'
  const offered = await offeredAt(ctx, resources)
  if (offered.length > 0) return offered.join(' ')
  throw new errors.InvalidScope(
    'scope is missing, and there is none that this client may have at the resource server',
    '',
  )
}

/** An app must ask for the others, so that it gets no more than it looks at. */
function isDefault(scope: string): boolean {
  return scope !== 'offline_access' && !ASKED.has(scope)
}

function ownScopes({ scope }: Client): string[] {
  return typeof scope === 'string' && scope ? scope.split(' ') : ['openid']
}

async function offeredAt(ctx: KoaContextWithOIDC, resources: readonly string[]): Promise<string[]> {
  const offers = await Promise.all(resources.map((identifier) => scopesAt(ctx, identifier)))
  return [...new Set(offers.flat())]
}

async function refusal(
  ctx: KoaContextWithOIDC,
  client: Client,
  { refused, offered }: { refused: readonly string[]; offered: readonly string[] },
): Promise<errors.InvalidScope> {
  const home = await homeOf(ctx, client, refused)
  if (home === undefined) return unknownScope(refused, [...ownScopes(client), ...offered])
  const words = shown(refused)
  const message = `the scope ${words} belongs to a resource server: send resource=${home} with it (RFC 8707)`
  return new errors.InvalidScope(message, words)
}

/** A resource server of the client that has these scopes and that the request does not name. */
async function homeOf(
  ctx: KoaContextWithOIDC,
  client: Client,
  refused: readonly string[],
): Promise<string | undefined> {
  const allowed = Array.isArray(client['allowed_resources']) ? (client['allowed_resources'] as string[]) : []
  for (const identifier of allowed) {
    const scopes = await scopesAt(ctx, identifier).catch(noneOfUnknown)
    if (refused.every((word) => scopes.includes(word))) return identifier
  }
  return undefined
}

// The resource server is no longer registered.
function noneOfUnknown(error: unknown): string[] {
  if (error instanceof errors.InvalidTarget) return []
  throw error
}

const NOT_ALLOWED = 'is not one that this client may have here'

function unknownScope(
  unknown: readonly string[],
  offered: readonly string[],
  why = NOT_ALLOWED,
): errors.InvalidScope {
  const words = shown(unknown)
  if (unknown.some((word) => word.includes(',')))
    return new errors.InvalidScope(`separate scopes by spaces, not by commas; got ${words}`, words)
  const takes = offered.filter(Boolean).join(' ') || 'none'
  return new errors.InvalidScope(`the scope ${words} ${why}; it takes ${takes}`, words)
}

/** Shows only as many words as fit into a sentence. */
function shown(words: readonly string[]): string {
  const parts = words.slice(0, MOST_SHOWN).map((word) => word.split(',').map((part) => shownNames(part)))
  return parts.map((part) => part.join(',')).join(' ')
}
