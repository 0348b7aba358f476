/** Response modes: how an answer returns to an app through the browser, and what we change in each. */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { compositionOf, placeStep } from './own-provider.ts'
import type { Payload, ResponseMode } from './own-provider.ts'

/** Shows a page with a form that submits itself. */
export type SendForm = (ctx: KoaContextWithOIDC, action: string, fields: Record<string, unknown>) => void

/**
 * Lets every mode answer a request that was refused before its parameters were read. The library chooses the mode by
 * the raw parameters, but its JWT modes use the parsed ones.
 */
export function answerUnread(provider: Provider): void {
  around(provider, (mode) => (ctx, redirectUri, payload) => {
    // Read-only in the published types alone.
    const oidc = ctx.oidc as { params?: object; body?: object }
    oidc.params ??= (ctx.method === 'POST' ? oidc.body : ctx.query) ?? {}
    return mode(ctx, redirectUri, payload)
  })
}

/** Changes every answer that returns to an app through the browser, in any response mode. */
export function wrapResponseModes(
  provider: Provider,
  change: (ctx: KoaContextWithOIDC, payload: Payload) => Payload,
): void {
  around(provider, (mode) => (ctx, redirectUri, payload) => mode(ctx, redirectUri, change(ctx, payload)))
}

/**
 * Leaves the query of a redirect address as the app wrote it (RFC 6749 §3.1.2). The library encodes it again as a form,
 * so an app at `?/callback` would get `?%2Fcallback=`.
 */
export function keepWrittenQueries(provider: Provider): void {
  around(provider, (mode) => async (ctx, redirectUri, payload) => {
    await mode(ctx, redirectUri, payload)
    const { search } = new URL(redirectUri)
    const rewritten = `?${new URLSearchParams(search)}&`
    // An answer on a page has no Location header.
    const location = (ctx.response.get('Location') as string | undefined) ?? ''
    const at = location.indexOf('?')
    if (search && at >= 0 && location.startsWith(rewritten, at))
      ctx.redirect(`${location.slice(0, at)}${search}&${location.slice(at + rewritten.length)}`)
  })
}

/**
 * Shows self-submitting forms on a page of ours: the answers of `form_post` and `form_post.jwt`, and the end of the
 * session before another account signs in. The library writes a bare page with a script of its own.
 */
export function sendForms(provider: Provider, send: SendForm): void {
  compositionOf(provider).ownModes.set('form_post', (ctx, redirectUri, payload) => {
    if (!PAGES.has(ctx.status)) ctx.status = 'error' in payload ? 400 : 200
    send(ctx, redirectUri, payload)
  })
  compositionOf(provider).ownModes.set('form_post.jwt', async (ctx, redirectUri, payload) => {
    const response = await signedResponse(ctx, payload)
    if ('error' in payload && payload['error'] !== 'server_error') ctx.status = 400
    else if (!PAGES.has(ctx.status)) ctx.status = 200
    send(ctx, redirectUri, { response })
  })
  placeStep(provider, 'sign-in resumed', async (ctx, next, resume) => {
    let goesOn = false
    await resume(ctx, () => {
      goesOn = true
      return next()
    })
    if (goesOn) return
    const { state } = ctx.oidc.session ?? {}
    send(ctx, ctx.oidc.urlFor('end_session_confirm'), { xsrf: state?.['secret'], logout: 'yes' })
  })
}

/** Statuses that the library leaves to a page. An error that would redirect has another status. */
const PAGES = new Set([200, 400, 500])

// Members of the library that its published types leave out.
type Response = { extra: Payload; issue: (how: { use: 'authorization' }) => Promise<string> }
type ResponseModel = new (claims: object, by: { ctx: KoaContextWithOIDC }) => Response

/** JWT Secured Authorization Response Mode (JARM) §2.1. */
async function signedResponse(ctx: KoaContextWithOIDC, payload: Payload): Promise<string> {
  const Token = ctx.oidc.provider.IdToken as unknown as ResponseModel
  const token = new Token({}, { ctx })
  token.extra = payload
  return await token.issue({ use: 'authorization' })
}

function around(provider: Provider, wrap: (mode: ResponseMode) => ResponseMode): void {
  compositionOf(provider).aroundModes.push(wrap)
}
