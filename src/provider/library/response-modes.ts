/** How an answer goes to an app by way of the browser: the library's response modes, and what is changed in each. */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import instance from 'oidc-provider/lib/helpers/weak_cache.js'

type Payload = Record<string, unknown>
export type ResponseMode = (ctx: KoaContextWithOIDC, redirectUri: string, payload: Payload) => unknown
type Internals = { responseModes: Map<string, ResponseMode> }

/**
 * Lets every mode answer a request that was refused before its parameters were read. The library then decides by what was
 * sent, but its JWT modes look at the parameters that were read.
 */
export function answerUnread(provider: Provider): void {
  const { responseModes } = instance(provider) as Internals
  for (const [name, handler] of responseModes)
    responseModes.set(name, (ctx, redirectUri, payload) => {
      // Read-only in the published types alone.
      const oidc = ctx.oidc as { params?: object; body?: object }
      oidc.params ??= (ctx.method === 'POST' ? oidc.body : ctx.query) ?? {}
      return handler(ctx, redirectUri, payload)
    })
}

/** Changes every answer that goes to an app by way of the browser, whichever response mode carries it. */
export function wrapResponseModes(
  provider: Provider,
  change: (ctx: KoaContextWithOIDC, payload: Payload) => Payload,
): void {
  const { responseModes } = instance(provider) as Internals
  for (const [name, handler] of responseModes)
    responseModes.set(name, (ctx, redirectUri, payload) => handler(ctx, redirectUri, change(ctx, payload)))
}

/**
 * Leaves the query of a redirect address as the app wrote it (RFC 6749 §3.1.2). The library writes it anew as a form, and
 * an app that is found by `?/callback` is then sent `?%2Fcallback=`.
 */
export function keepWrittenQueries(provider: Provider): void {
  const { responseModes } = instance(provider) as Internals
  for (const [name, handler] of responseModes)
    responseModes.set(name, async (ctx, redirectUri, payload) => {
      await handler(ctx, redirectUri, payload)
      const { search } = new URL(redirectUri)
      const rewritten = `?${new URLSearchParams(search)}&`
      // An answer that a page carries has no such header.
      const location = (ctx.response.get('Location') as string | undefined) ?? ''
      const at = location.indexOf('?')
      if (search && at >= 0 && location.startsWith(rewritten, at))
        ctx.redirect(`${location.slice(0, at)}${search}&${location.slice(at + rewritten.length)}`)
    })
}
