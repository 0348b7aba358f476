/** What a feature adds to the protocol library: all parts together make a provider. */
import type { Adapter, Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Endpoint } from '../library/places.ts'

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
  /** Runs at these endpoints before the library does, in the order of the features. */
  before?: readonly BeforeHook[]
  /** Runs after requests of these endpoints, before their answer leaves. */
  after?: readonly AfterHook[]
  /** Answers a refused request in another way than by the error; true when it did. */
  refused?: (ctx: KoaContextWithOIDC, error: unknown) => boolean
}

/** True when it has answered the request: then nothing else runs. */
export type BeforeHook = Hook<boolean>
export type AfterHook = Hook<void>

type Hook<Answer> = {
  at: readonly Endpoint[]
  run: (ctx: KoaContextWithOIDC) => Promise<Answer> | Answer
}

/** The hooks of each endpoint, in their order. */
export function byEndpoint<Answer>(
  hooks: readonly Hook<Answer>[],
): ReadonlyMap<string, readonly Hook<Answer>['run'][]> {
  const runs = new Map<string, Hook<Answer>['run'][]>()
  for (const { at, run } of hooks)
    for (const endpoint of at) runs.set(endpoint, [...(runs.get(endpoint) ?? []), run])
  return runs
}
