/** The provider of a worker in a process of its own, which serves no requests: opened when it is first needed, kept, and renewed by the change feed. */
import type Provider from 'oidc-provider'
import type { Site } from '../feature.ts'
import { openPagelessSite } from './pageless-provider.ts'
import type { Parts } from './start/parts.ts'

export function createKeptProvider(parts: Parts): () => Promise<Provider> {
  let site: Promise<Site> | undefined
  return async () => {
    site ??= openPagelessSite(parts).catch((error: unknown) => {
      site = undefined
      throw error
    })
    return (await site).oidc.current()
  }
}
