/** The provider of a worker, which serves no requests of its own: built when it is first needed, and again when it is old. */
import type Provider from 'oidc-provider'
import { SECOND_MS } from '../platform/clock.ts'
import { openPagelessSite } from './pageless-provider.ts'
import type { Parts } from './parts.ts'

/** How old clients and keys may be: a worker does not listen to the change feed. */
const FRESH_MS = 10 * SECOND_MS

export function createFreshProvider(parts: Parts): () => Promise<Provider> {
  const { clock } = parts
  let built: { site: ReturnType<typeof openPagelessSite>; atMs: number } | undefined
  return async () => {
    if (!built || clock() - built.atMs > FRESH_MS) built = { site: openPagelessSite(parts), atMs: clock() }
    return (await built.site).oidc.current()
  }
}
