/**
 * Decides which request asks for offline access: one with the scope `offline_access` and any `prompt`. OpenID
 * Connect Core §11 allows other conditions than `prompt=consent`. Here the person is asked once, and the consent is
 * remembered. Apps on a person's own device, and MCP clients, need not name the scope. Otherwise they would have to
 * sign in again each day.
 */
import type { EventEmitter } from 'node:events'
import { LRUCache } from 'lru-cache'
import type { Client, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { HOUR_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logging/log.ts'
import { OFFLINE_ACCESS } from './lifetimes.ts'

type Next = () => Promise<unknown>

const LEFT_OUT = 'offline_access.left_out'
const granted = new WeakSet<KoaContextWithOIDC>()

type Check = (ctx: KoaContextWithOIDC, next: Next) => unknown

/**
 * Wraps the library's scope check. That check drops this scope without `prompt=consent`, and refuses a client that is
 * not registered for it.
 */
export function keepOfflineAccess(ctx: KoaContextWithOIDC, next: Next, check: Check): unknown {
  setAside(ctx)
  return check(ctx, () => {
    putBack(ctx)
    return next()
  })
}

function setAside(ctx: KoaContextWithOIDC): void {
  const { params, client, provider } = ctx.oidc
  const words = typeof params?.['scope'] === 'string' ? params['scope'].split(' ') : []
  const isRequested = words.includes(OFFLINE_ACCESS)
  if (!params || !client || !(isRequested || (words.length > 0 && isImplied(client)))) return
  const change = whatToChange(client)
  if (change === undefined) granted.add(ctx)
  else (provider as EventEmitter).emit(LEFT_OUT, client.clientId, change)
  params['scope'] = words.filter((word) => word !== OFFLINE_ACCESS).join(' ') || undefined
}

function putBack(ctx: KoaContextWithOIDC): void {
  const { params } = ctx.oidc
  if (params && granted.delete(ctx))
    params['scope'] = [params['scope'], OFFLINE_ACCESS].filter(Boolean).join(' ')
}

/**
 * A native public client, or an MCP client. MCP clients include those that registered themselves with a secret, as the
 * MCP SDK's own example does. First-party clients get a refresh token that ends with the session.
 */
function isImplied(client: Client): boolean {
  const isNative = client.applicationType === 'native' && client.clientAuthMethod === 'none'
  const implied = isNative || client['profile'] === 'mcp'
  return implied && client['first_party'] !== true && client.grantTypeAllowed('refresh_token')
}

/** Why a client gets no offline access, for the operator. `undefined` when it gets it. */
function whatToChange(client: Client): string | undefined {
  if (!client.grantTypeAllowed('refresh_token')) return 'register the grant type refresh_token for it'
  const allowed = typeof client.scope === 'string' ? client.scope.split(' ') : [OFFLINE_ACCESS]
  if (isImplied(client) || allowed.includes(OFFLINE_ACCESS)) return undefined
  return 'add offline_access to its scope'
}

/**
 * Warns the operator, once an hour for each client, about an app that asks for offline access without being registered
 * for it.
 */
export function logLeftOut(provider: Provider, { clock, log }: { clock: Clock; log: Logger }): void {
  const warned = new LRUCache<string, number>({ max: MOST_WARNED })
  ;(provider as EventEmitter).on(LEFT_OUT, (clientId: string, change: string) => {
    const nowMs = clock()
    if ((warned.get(clientId) ?? 0) > nowMs - HOUR_MS) return
    warned.set(clientId, nowMs)
    log.warn({ clientId, change }, 'oidc.offline_access_left_out')
  })
}

const MOST_WARNED = 10_000
