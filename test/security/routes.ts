/** Every route that the source declares, so that a suite that walks them meets a new one by itself. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Route = { method: string; path: string }

const SOURCE = join(import.meta.dirname, '../../src')

/** The protocol's own, as discovery and the configuration name them. */
export const PROTOCOL_ROUTES: Route[] = [
  { method: 'GET', path: '/oauth/authorize' },
  { method: 'POST', path: '/oauth/authorize' },
  { method: 'GET', path: '/oauth/authorize/unknown' },
  { method: 'POST', path: '/oauth/par' },
  { method: 'POST', path: '/oauth/token' },
  { method: 'POST', path: '/oauth/authorize-challenge' },
  { method: 'GET', path: '/oauth/userinfo' },
  { method: 'POST', path: '/oauth/userinfo' },
  { method: 'POST', path: '/oauth/introspect' },
  { method: 'POST', path: '/oauth/revoke' },
  { method: 'GET', path: '/oauth/jwks' },
  { method: 'GET', path: '/oauth/logout' },
  { method: 'POST', path: '/oauth/logout' },
  { method: 'POST', path: '/oauth/logout/confirm' },
  { method: 'GET', path: '/oauth/logout/success' },
  { method: 'POST', path: '/oauth/device' },
  { method: 'POST', path: '/oauth/backchannel' },
  { method: 'POST', path: '/oauth/register' },
  { method: 'GET', path: '/oauth/register/unknown' },
  { method: 'PUT', path: '/oauth/register/unknown' },
  { method: 'DELETE', path: '/oauth/register/unknown' },
  { method: 'GET', path: '/device' },
  { method: 'POST', path: '/device' },
  { method: 'GET', path: '/device/unknown' },
  { method: 'GET', path: '/.well-known/openid-configuration' },
  { method: 'GET', path: '/.well-known/oauth-authorization-server' },
]

/**
 * The routes of our pages, read from every `*.routes.ts`: calls of a router, and rows of a table. Parameters are filled in with
 * something unknown. Wildcards are no page.
 */
export function pageRoutes(): Route[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  const routes = files
    .filter((name) => name.endsWith('.routes.ts'))
    .flatMap((name) => routesIn(readFileSync(join(SOURCE, name), 'utf8')))
  const named = routes.filter(({ path }) => !path.includes('*'))
  return named.map(({ method, path }) => ({ method, path: path.replace(/:\w+/g, 'unknown') }))
}

function routesIn(source: string): Route[] {
  const prefix = /new Router\(\{ prefix: '([^']*)' \}\)/.exec(source)?.[1] ?? ''
  const declared = source.matchAll(/(?:router\.|\[')(get|post|put|patch|delete|all)(?:\(|',)\s*'([^']+)'/g)
  return [...declared].map(([, method = '', path = '']) => ({
    method: method.toUpperCase(),
    path: prefix + (path === '/' && prefix ? '' : path),
  }))
}
