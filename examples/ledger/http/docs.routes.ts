/** The page of the API's documentation: a list of the operations, and with JavaScript a viewer to try them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Router } from '@koa/router'
import type { Context } from 'koa'
import ejs from 'ejs'
import type { Operation } from './operations.ts'

const HERE = join(import.meta.dirname, '..')

// Scripts and styles come from here alone. The viewer's sheet has its icons as data:, and its calls stay here.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"

const TYPES: Record<string, string> = {
  'docs.js': 'text/javascript; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
}

export function docsRoutes(
  { issuer, identifier }: { issuer: string; identifier: string },
  operations: Operation[],
): Router {
  const router = new Router()
  router.get('/docs', async (ctx) => {
    ctx.set({ 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff' })
    ctx.type = 'text/html; charset=utf-8'
    ctx.body = await ejs.renderFile(
      join(HERE, 'views', 'docs.ejs'),
      { issuer, identifier, operations },
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
