/** What a feature adds to the protocol library: all parts together make a provider. */
import type { Adapter, Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider'

export type ProtocolPart = {
  /** Features of the library, switched on and set up. */
  features?: Configuration['features']
  /** How long the records live that this feature alone makes, in seconds. */
  ttl?: Configuration['ttl']
  /** Members of the metadata (RFC 8414 §2). */
  metadata?: Readonly<Record<string, unknown>>
  /** Models that are kept elsewhere than in the grant store. */
  models?: Readonly<Record<string, Partial<Adapter>>>
  /** Wraps the records of a model, on their way from and to the store. */
  records?: Readonly<Record<string, (adapter: Adapter) => Adapter>>
  /** Sets up a fresh provider. There is a new one whenever keys or resource servers change. */
  install?: (provider: Provider) => void
  /** Runs after requests of these routes, by the library's names, before their answer leaves. */
  after?: readonly RouteHook[]
  /** Answers a refused request in another way than by the error; true when it did. */
  refused?: (ctx: KoaContextWithOIDC, error: unknown) => boolean
}

export type RouteHook = { at: readonly string[]; run: (ctx: KoaContextWithOIDC) => Promise<void> | void }

/** Runs the hooks of the request's own route, in their order. */
export function atRoutes(hooks: readonly RouteHook[]): (ctx: KoaContextWithOIDC) => Promise<void> {
  const byRoute = new Map<string, RouteHook['run'][]>()
  for (const { at, run } of hooks)
    for (const route of at) byRoute.set(route, [...(byRoute.get(route) ?? []), run])
  return async (ctx) => {
    for (const run of byRoute.get(ctx.oidc.route) ?? []) await run(ctx)
  }
}
