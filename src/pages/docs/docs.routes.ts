/** The page of the API's documentation, and the files of its viewer. */
import { Router } from '@koa/router'
import type { RouterContext } from '@koa/router'
import { cacheByVersion } from '../../http/assets.ts'
import type { Render } from '../../http/render.ts'
import { replaceContentPolicy } from '../../http/security-headers.ts'
import { DOCS_CLIENT_ID, DOCS_PATH } from '../../operations/own-clients/docs-client.ts'
import { CALLER_WORDS, DOCUMENT_PATH } from '../../operations/openapi.ts'
import type { Operation } from '../../operations/operation.ts'
import { API_PATH, API_SCOPES, apiIdentifier } from '../../operations/scopes.ts'
import { LIBRARY_PATHS } from '../../provider/endpoints/addresses.ts'
import type { ViewerFiles } from './viewer-files.ts'

// Scripts and styles come from here alone. The viewer's sheet has its icons as data:, and its calls stay here.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

export function docsRoutes(
  render: Render,
  files: ViewerFiles,
  issuer: string,
  operations: readonly Operation[],
): Router {
  const router = new Router()
  const href = (name: string) => `${DOCS_PATH}/${name}?v=${files.version}`
  const locals = {
    title: 'API',
    groups: groupsOf(operations),
    scopes: scopesOfPeople(operations),
    documentHref: `${API_PATH}${DOCUMENT_PATH}`,
    clientId: DOCS_CLIENT_ID,
    authorizeHref: LIBRARY_PATHS.authorization,
    tokenHref: LIBRARY_PATHS.token,
    revokeHref: LIBRARY_PATHS.revocation,
    resource: apiIdentifier(issuer),
    redirectUri: `${issuer}${DOCS_PATH}`,
    viewerScriptHref: href('swagger-ui-bundle.js'),
    viewerStyleHref: href('swagger-ui.css'),
  }
  router.get(DOCS_PATH, (ctx) => {
    render(ctx, 'docs', locals)
    replaceContentPolicy(ctx, POLICY)
  })
  router.get(`${DOCS_PATH}/:file`, (ctx) => serve(ctx, files))
  return router
}

type Shown = { method: string; path: string; summary: string; scope: string; caller: string }

/** The operations below the headings that the document has. */
function groupsOf(operations: readonly Operation[]): { tag: string; operations: Shown[] }[] {
  return [...Map.groupBy(operations, ({ tag }) => tag)].map(([tag, ofTag]) => ({
    tag,
    operations: ofTag.map(({ method, path, summary, scope, caller }) => ({
      method: method.toUpperCase(),
      path: `${API_PATH}${path}`,
      summary,
      scope,
      caller: CALLER_WORDS[caller].replaceAll('`', ''),
    })),
  }))
}

/** The scopes of operations that a person may call. */
function scopesOfPeople(operations: readonly Operation[]): { name: string; title: string }[] {
  const useful = new Set<string>(
    operations.filter(({ caller }) => caller !== 'program').map(({ scope }) => scope),
  )
  return Object.entries(API_SCOPES)
    .filter(([name]) => useful.has(name))
    .map(([name, title]) => ({ name, title }))
}

function serve(ctx: RouterContext, files: ViewerFiles): void {
  const file = files.read(ctx.params['file'] ?? '')
  if (!file) return
  cacheByVersion(ctx, files.version)
  ctx.vary('Accept-Encoding')
  ctx.type = file.type
  ctx.body = ctx.acceptsEncodings('gzip', 'identity') === 'gzip' ? gzipped(ctx, file.gzipped) : file.plain
}

function gzipped(ctx: RouterContext, bytes: Buffer): Buffer {
  ctx.set('Content-Encoding', 'gzip')
  return bytes
}
