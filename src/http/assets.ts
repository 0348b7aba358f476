/** Style and images: a fixed set of files, read once at start. No request reads the disk. */
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Context, Middleware } from 'koa'

export type Assets = {
  /** Serves `/assets/<name>`, and what browsers and robots ask for at the root. Passes everything else on. */
  middleware: Middleware
  /**
   * The address of a file with its content's hash, so that browsers may cache it forever.
   * @throws when there is no such file
   */
  assetHref: (name: string) => string
}

type Asset = { body: Buffer; type: string; version: string }

const PREFIX = '/assets/'

/** Asked for at addresses without a version. A day is how long a changed icon may take to arrive. */
const AT_ROOT: ReadonlySet<string> = new Set(['favicon.ico', 'apple-touch-icon.png', 'robots.txt'])
const ROOT_CACHE = 'public, max-age=86400'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/** Reads every file below `publicDir` of a known kind (see TYPES). */
export function loadAssets({ publicDir }: { publicDir: string }): Assets {
  const assets = new Map(readAssets(publicDir))
  return {
    middleware: async (ctx, next) => {
      const asset = ctx.path.startsWith(PREFIX) ? assets.get(ctx.path.slice(PREFIX.length)) : undefined
      const name = ctx.path.slice(1)
      const atRoot = AT_ROOT.has(name) ? assets.get(name) : undefined
      if (asset) serve(ctx, asset)
      else if (atRoot) serve(ctx, atRoot, ROOT_CACHE)
      else await next()
    },
    assetHref: (name) => {
      const asset = assets.get(name)
      if (!asset) throw new Error(`no such asset: ${name}`)
      return `${PREFIX}${name}?v=${asset.version}`
    },
  }
}

/** Lets browsers keep an answer for a year when its address names `version`, as in `?v=VERSION`. */
export function cacheByVersion(ctx: Context, version: string): void {
  // During a release an old address may meet new content.
  const exact = ctx.querystring === `v=${version}`
  ctx.set('Cache-Control', exact ? 'public, max-age=31536000, immutable' : 'no-cache')
}

function readAssets(publicDir: string): [string, Asset][] {
  const names = readdirSync(publicDir, { recursive: true, encoding: 'utf8' })
  return names.flatMap((name): [string, Asset][] => {
    const type = TYPES[path.extname(name)]
    if (!type) return []
    const body = readFileSync(path.join(publicDir, name))
    const version = hash('sha256', body, 'hex').slice(0, 16)
    return [[name.split(path.sep).join('/'), { body, type, version }]]
  })
}

function serve(ctx: Context, { body, type, version }: Asset, cache?: string): void {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
    ctx.status = 405
    ctx.set('Allow', 'GET, HEAD')
    return
  }
  ctx.status = 200
  ctx.type = type
  ctx.etag = version
  if (cache) ctx.set('Cache-Control', cache)
  else cacheByVersion(ctx, version)
  if (ctx.fresh) ctx.status = 304
  else ctx.body = body
}
