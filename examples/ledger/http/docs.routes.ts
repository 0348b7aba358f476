/** The page of the API's documentation: a list of the operations, and with JavaScript a viewer to try them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Router } from '@koa/router'
import type { Context } from 'koa'
import ejs from 'ejs'
import { SCOPES } from './openapi.ts'
import type { Operation } from './operations.ts'

const HERE = join(import.meta.dirname, '..')

/** Scripts and styles come from here alone. The viewer's sheet has its icons as data:, and calls go here and to the sign-in. */
function policyFor(issuer: string): string {
  const calls = `connect-src 'self' ${new URL(issuer).origin}`
  return `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; ${calls}; base-uri 'none'; frame-ancestors 'none'`
}

const TYPES: Record<string, string> = {
  'docs.js': 'text/javascript; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
}

export type DocsNeeds = {
  issuer: string
  publicUrl: string
  identifier: string
  /** The public client of this page. Without one the page takes only a token that is pasted. */
  docsClientId: string | undefined
}

export function docsRoutes(
  { issuer, publicUrl, identifier, docsClientId = '' }: DocsNeeds,
  operations: Operation[],
): Router {
  const router = new Router()
  const page = { issuer, identifier, redirectUri: `${publicUrl}/docs`, clientId: docsClientId }
  router.get('/docs', async (ctx) => {
    ctx.set({ 'Content-Security-Policy': policyFor(issuer), 'X-Content-Type-Options': 'nosniff' })
    ctx.type = 'text/html; charset=utf-8'
    ctx.body = await ejs.renderFile(
      join(HERE, 'views', 'docs.ejs'),
      { ...page, scopes: SCOPES, operations },
      { cache: true },
    )
  })
  router.get('/docs/:file', serve)
  return router
}

async function serve(ctx: Context & { params: Record<string, string> }): Promise<void> {
  const name = ctx.params['file'] ?? ''
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
  const path = type && pathOf(name)
  if (!path) return
  ctx.set('Cache-Control', 'public, max-age=3600')
  ctx.type = type
  ctx.body = await readFile(path)
}

/** Where the viewer is not installed, the list of the page is all there is. */
function pathOf(name: string): string | undefined {
  if (name === 'docs.js') return join(HERE, 'public', name)
  try {
    return fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`))
  } catch {
    return undefined
  }
}
