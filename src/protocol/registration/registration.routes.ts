/** Wraps the library's registration endpoints: who may register without a token, and what an answer shows. */
import { Router } from '@koa/router'
import type { Context } from 'koa'
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { AppError } from '../../platform/errors.ts'
import type { Db } from '../../platform/sql/database.ts'
import { toRegisteredMetadata, withSecret } from '../../clients/clients.ts'
import type { AfterHook, BeforeHook } from '../../provider/contract/protocol-part.ts'
import { LIBRARY_PATHS } from '../../provider/endpoints/addresses.ts'
import { findRegistered } from './registered-clients.ts'

const { registration: PATH } = LIBRARY_PATHS

/**
 * CORS for open registration, because clients in a browser register from there, such as MCP clients of the web. No
 * cookie counts here, so any origin may call.
 */
export function fromAnyOrigin(): Router {
  const router = new Router()
  router.all([PATH, `${PATH}/:clientId`], async (ctx, next) => {
    if (!answerPreflight(ctx)) await next()
  })
  return router
}

/**
 * Admits a request without a token. `openToken` replaces the token that open registration does not need.
 * @param admit throws AppError 429
 */
export function admitOpen(admit: (ctx: KoaContextWithOIDC) => Promise<void>, openToken: string): BeforeHook {
  return {
    at: ['registration'],
    async run(ctx) {
      if (ctx.headers.authorization) return false
      try {
        await admit(ctx)
      } catch (error) {
        answerLimit(ctx, error)
        return true
      }
      ctx.req.headers.authorization = `Bearer ${openToken}`
      return false
    },
  }
}

/** Answers show the record as it is stored. `issuedSecret` is one that this request has just issued. */
export function showStored(db: Db, issuedSecret: (ctx: object) => string | undefined): AfterHook {
  return {
    at: ['registration', 'client', 'client_update'],
    async run(ctx) {
      if (ctx.status < 300 && !(await showRecord(db, ctx, issuedSecret(ctx)))) answerEnded(ctx)
    },
  }
}

/** True when the answer is complete. */
function answerPreflight(ctx: Context): boolean {
  const origin = ctx.get('Origin')
  ctx.vary('Origin')
  if (!origin) return false
  ctx.set('Access-Control-Allow-Origin', origin)
  ctx.set('Access-Control-Expose-Headers', 'Retry-After, WWW-Authenticate, X-Request-Id')
  if (ctx.method !== 'OPTIONS' || !ctx.get('Access-Control-Request-Method')) return false
  ctx.set('Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE')
  ctx.set('Access-Control-Allow-Headers', 'authorization, content-type, mcp-protocol-version')
  ctx.set('Access-Control-Max-Age', '3600')
  ctx.status = 204
  return true
}

/** The token was used by another update, or the client was deleted or disabled meanwhile (RFC 7592 §2.1, §2.2: 401). */
export function registrationEnded(): errors.InvalidToken {
  return new errors.InvalidToken('registration access token not found')
}

/** Shows the stored record, and a secret only when it was just made. False when the record is gone. */
async function showRecord(db: Db, ctx: KoaContextWithOIDC, secret: string | undefined): Promise<boolean> {
  const body = ctx.body as Record<string, unknown>
  const found = await findRegistered(db, String(body['client_id']))
  if (!found) return false
  const shown = withSecret(toRegisteredMetadata(found.client), secret)
  const { registration_access_token, registration_client_uri } = body
  ctx.body = { ...shown, registration_access_token, registration_client_uri }
  return true
}

/** Refuses like the library, which has finished with this request. */
function answerEnded(ctx: KoaContextWithOIDC): void {
  const ended = registrationEnded()
  const { provider, issuer } = ctx.oidc
  const challenge = `Bearer realm="${issuer}", error="${ended.message}", error_description="${ended.error_description}"`
  ctx.set('WWW-Authenticate', challenge)
  ctx.status = ended.statusCode
  ctx.body = { error: ended.message, error_description: ended.error_description }
  provider.emit('registration_read.error', ctx, ended)
}

function answerLimit(ctx: KoaContextWithOIDC, error: unknown): void {
  if (!(error instanceof AppError) || error.status !== 429) throw error
  ctx.status = 429
  ctx.set('Retry-After', String(error.retryAfterSeconds ?? 60))
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { error: 'temporarily_unavailable', error_description: error.message }
}
