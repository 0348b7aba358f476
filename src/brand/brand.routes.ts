/** Serves the sheet of colours, the logo and the icon of a brand. They need neither database nor session. */
import type { Middleware } from 'koa'
import type { AnyContext } from '../http/request/request-state.ts'
import type { BrandFile } from './brand-files.ts'
import { BRAND_PATHS } from './brand.ts'
import type { Brand } from './brand.ts'
import { sheetAt } from './sheet.ts'

const TOUCH_ICON = '/apple-touch-icon.png'
const FOR_A_YEAR = 'public, max-age=31536000, immutable'
const FOR_A_DAY = 'public, max-age=86400'

export function brandRoutes(brand: Brand): Middleware {
  const files: Record<string, BrandFile | undefined> = {
    [BRAND_PATHS.logo]: brand.logo,
    [BRAND_PATHS.logoDark]: brand.logoDark,
    [BRAND_PATHS.icon]: brand.icon,
    '/favicon.ico': brand.icon,
    [TOUCH_ICON]: [brand.icon, brand.logo].find((file) => file?.type === 'image/png'),
  }
  return (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next()
    const file = Object.hasOwn(files, ctx.path) ? files[ctx.path] : undefined
    if (file) return serve(ctx, file, file.bytes)
    // Ours would be the sign of somebody else. Without an answer, phones make one of the page.
    if (ctx.path === TOUCH_ICON && (brand.icon ?? brand.logo)) return
    const sheet = sheetAt(ctx.path)
    if (!sheet) return next()
    serve(ctx, { type: 'text/css; charset=utf-8', version: sheet.version }, sheet.text)
  }
}

function serve(
  ctx: AnyContext,
  { type, version }: Pick<BrandFile, 'type' | 'version'>,
  body: Buffer | string,
): void {
  ctx.status = 200
  ctx.type = type
  ctx.etag = version
  ctx.set('Cache-Control', ctx.querystring === `v=${version}` ? FOR_A_YEAR : FOR_A_DAY)
  // Opened on its own, an SVG would be a page on our address.
  if (type.startsWith('image/'))
    ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
  // Mail programs show the logo too.
  ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
  if (ctx.fresh) ctx.status = 304
  else ctx.body = body
}
