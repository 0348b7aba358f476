/** How an answer goes to an app by way of the browser: the library's response modes, and what is changed in each. */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { compositionOf, placeStep } from './own-provider.ts'
import type { Payload, ResponseMode } from './own-provider.ts'

/** Shows a page whose form sends itself. */
export type SendForm = (ctx: KoaContextWithOIDC, action: string, fields: Record<string, unknown>) => void

/**
 * Lets every mode answer a request that was refused before its parameters were read. The library then decides by what was
 * sent, but its JWT modes look at the parameters that were read.
 */
export function answerUnread(provider: Provider): void {
  around(provider, (mode) => (ctx, redirectUri, payload) => {
    // Read-only in the published types alone.
    const oidc = ctx.oidc as { params?: object; body?: object }
    oidc.params ??= (ctx.method === 'POST' ? oidc.body : ctx.query) ?? {}
    return mode(ctx, redirectUri, payload)
  })
}

/** Changes every answer that goes to an app by way of the browser, whichever response mode carries it. */
export function wrapResponseModes(
  provider: Provider,
  change: (ctx: KoaContextWithOIDC, payload: Payload) => Payload,
): void {
  around(provider, (mode) => (ctx, redirectUri, payload) => mode(ctx, redirectUri, change(ctx, payload)))
}

/**
 * Leaves the query of a redirect address as the app wrote it (RFC 6749 §3.1.2). The library writes it anew as a form, and
 * an app that is found by `?/callback` is then sent `?%2Fcallback=`.
 */
export function keepWrittenQueries(provider: Provider): void {
  around(provider, (mode) => async (ctx, redirectUri, payload) => {
    await mode(ctx, redirectUri, payload)
    const { search } = new URL(redirectUri)
    const rewritten = `?${new URLSearchParams(search)}&`
    // An answer that a page carries has no such header.
    const location = (ctx.response.get('Location') as string | undefined) ?? ''
    const at = location.indexOf('?')
    if (search && at >= 0 && location.startsWith(rewritten, at))
      ctx.redirect(`${location.slice(0, at)}${search}&${location.slice(at + rewritten.length)}`)
  })
}

/**
 * Shows forms that send themselves on a page of ours: the answers of `form_post` and `form_post.jwt`, and the end of the
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

/** The statuses that the library leaves to a page as they are; an error that would redirect has another. */
const PAGES = new Set([200, 400, 500])

// The library's own, left out of its published types.
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
