/**
 * A resource server for bound tokens alone: it shows for which person a token is. The caller must prove the key (RFC
 * 9449) or the certificate (RFC 8705) of the token. It has its own TLS, or it would see no certificates.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createMtlsServer } from '../../src/http/server.ts'
import { createVerifier } from '../jwt-middleware/access-token.ts'
import type { Verdict, VerifyRequest } from '../jwt-middleware/access-token.ts'
import { presented } from '../jwt-middleware/presented-request.ts'

export type BoundResourceSettings = {
  issuer: string
  jwksUri: string
  /** The address as clients write it, and the `aud` of every token that is meant for it. */
  identifier: string
  /** PEM. */
  cert: string
  key: string
}

const INTERACTION = 'x-fapi-interaction-id'
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Not yet listening. */
export function createBoundResource(settings: BoundResourceSettings): Server {
  const { issuer, jwksUri, identifier, cert, key } = settings
  // A revoked token is dead at once: no status list is kept.
  const verify = createVerifier({ issuer, audience: identifier, jwksUri, statusMaxAgeSeconds: 0 })
  return createMtlsServer(
    (request, response) => {
      // What is thrown comes of the request alone, such as an address that cannot be read.
      answer(request, response, verify, identifier).catch(() => response.writeHead(400).end())
    },
    { cert, key },
  )
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  verify: VerifyRequest,
  identifier: string,
): Promise<void> {
  const verdict = boundOnly(await verify(presented(request, identifier)))
  const interaction = request.headers[INTERACTION]
  if (typeof interaction === 'string' && UUID.test(interaction)) response.setHeader(INTERACTION, interaction)
  if (!verdict.ok && verdict.challenge) response.setHeader('WWW-Authenticate', verdict.challenge)
  const { sub, client_id: client, scope } = verdict.ok ? verdict.claims : {}
  response.writeHead(verdict.ok ? 200 : verdict.status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
  })
  response.end(JSON.stringify(verdict.ok ? { sub, client, scope } : { error: 'invalid_token' }))
}

function boundOnly(verdict: Verdict): Verdict {
  if (!verdict.ok || verdict.claims['cnf']) return verdict
  return {
    ok: false,
    status: 401,
    challenge: 'DPoP error="invalid_token"',
    reason: 'the token is bound to nothing',
  }
}
