/** The provider of this process as others see it: it is exchanged when keys or resource servers change. */
import type { Middleware } from 'koa'
import type Provider from 'oidc-provider'

export type Oidc = {
  /** The provider that new requests go to. Ask again for each request: it changes with the keys. */
  current: () => Provider
  middleware: Middleware
  reload: () => Promise<void>
}
