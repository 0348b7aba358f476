/** What a feature adds to the protocol library: all parts together make a provider. */
import type { Adapter, Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { ClaimsOf, Grant } from '../library/library.ts'
import type { Endpoint } from '../library/places.ts'

export type ProtocolPart = {
  /** Features of the library, switched on and set up. */
  features?: Configuration['features']
  /** How long the records live that this feature alone makes, in seconds. */
  ttl?: Configuration['ttl']
  /** Members of the metadata (RFC 8414 §2). */
  metadata?: Readonly<Record<string, unknown>>
  /** Changes how the records of a model are kept, by the model's name: around the usual place, or elsewhere. */
  records?: Readonly<Record<string, RecordsOf>>
  /** Grant types of the token endpoint, new or changed. */
  grants?: readonly Grant[]
  /** Claims of access tokens. */
  tokenClaims?: ClaimsOf
  /**
   * Changes the inside of a new provider, by the tables of `provider/library`. A provider is built whenever keys or resource
   * servers change.
   */
  install?: (provider: Provider) => void
  /** Runs at these endpoints before the library does, in the order of the features. */
  before?: readonly BeforeHook[]
  /** Runs after requests of these endpoints, before their answer leaves. */
  after?: readonly AfterHook[]
  /** Runs at these endpoints when a browser's request was refused, in place of the page of the error. */
  refused?: readonly RefusedHook[]
}

export type RecordsOf = (usual: Adapter) => Partial<Adapter>

/** True when it has answered the request: then nothing else runs. */
export type BeforeHook = Hook<boolean>
export type AfterHook = Hook<void>
/** True when it has answered the request: then there is no page of the error. */
export type RefusedHook = Hook<boolean, [error: unknown]>

type Hook<Answer, Given extends readonly unknown[] = []> = {
  at: readonly Endpoint[]
  run: (ctx: KoaContextWithOIDC, ...given: Given) => Promise<Answer> | Answer
}

/** The hooks of each endpoint, in their order. */
export function byEndpoint<Answer, Given extends readonly unknown[] = []>(
  hooks: readonly Hook<Answer, Given>[],
): ReadonlyMap<string, readonly Hook<Answer, Given>['run'][]> {
  const runs = new Map<string, Hook<Answer, Given>['run'][]>()
  for (const { at, run } of hooks)
    for (const endpoint of at) runs.set(endpoint, [...(runs.get(endpoint) ?? []), run])
  return runs
}
