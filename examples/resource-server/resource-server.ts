/**
 * A resource server: an API that takes access tokens (RFC 6750). Opaque tokens are introspected (RFC 7662), which sees a
 * revocation at once; JWT access tokens (RFC 9068) are verified here, with the published keys and status lists.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import * as oidc from 'openid-client'
import { createVerifier } from '../jwt-middleware/access-token.ts'
import { metadataHint, metadataPath, resourceMetadata } from './resource-metadata.ts'
import { presented } from '../jwt-middleware/presented-request.ts'
import { meetsDemand, stepUpChallenge } from './step-up.ts'
import type { Demand, SignIn } from './step-up.ts'

export type ResourceServerSettings = {
  issuer: string
  /** Registered by `npm run cli -- resource create`; the `aud` of every token that is meant for this API. */
  identifier: string
  clientId: string
  clientSecret: string
  /** How recently, and in which ways, a person has to have signed in to transfer. */
  transfers?: Demand
}

type Access = SignIn & { subject: string; clientId: string; scopes: string[] }
type Check = (request: IncomingMessage, token: string) => Promise<Access | undefined>
type Answer = { status: number; body: unknown; challenge?: string }

const TRANSFERS: Demand = {
  maxAgeSeconds: 300,
  // A stronger sign-in will do as well, and its token names the stronger level.
  acrValues: ['urn:account-server:acr:password', 'urn:account-server:acr:second-factor'],
}

/** Which scope each route takes. */
const SCOPES: Record<string, string> = { 'GET /balance': 'ledger:read', 'POST /transfers': 'ledger:transfer' }

/** Reads the provider's metadata, then answers the API's HTTP server, not yet listening. */
export async function createResourceServer(settings: ResourceServerSettings): Promise<Server> {
  const check = await createCheck(settings)
  return createServer((request, response) => {
    void answerTo(request, check, settings)
      .catch((): Answer => ({ status: 503, body: { error: 'the account server does not answer' } }))
      .then(({ status, body, challenge }) => {
        if (challenge) response.setHeader('WWW-Authenticate', challenge)
        response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
        response.end(JSON.stringify(body))
      })
  })
}

async function answerTo(
  request: IncomingMessage,
  check: Check,
  { issuer, identifier, transfers = TRANSFERS }: ResourceServerSettings,
): Promise<Answer> {
  if (request.method === 'GET' && request.url === metadataPath(identifier)) {
    const scopes = Object.values(SCOPES)
    return { status: 200, body: resourceMetadata({ issuer, identifier, scopes }) }
  }
  const scope = SCOPES[`${request.method} ${request.url}`]
  if (!scope) return { status: 404, body: { error: 'not_found' } }
  const token = /^(?:Bearer|DPoP) ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1]
  // Nothing was presented: the challenge names no error (RFC 6750 §3.1).
  if (!token) return refusal(401, `Bearer realm="ledger", ${metadataHint(identifier)}`)
  const access = await check(request, token)
  if (!access)
    return refusal(401, `Bearer realm="ledger", error="invalid_token", ${metadataHint(identifier)}`)
  if (!access.scopes.includes(scope))
    return refusal(403, `Bearer realm="ledger", error="insufficient_scope", scope="${scope}"`)
  // A machine signs nobody in.
  const isPerson = access.subject !== access.clientId
  if (scope === 'ledger:transfer' && isPerson && !meetsDemand(transfers, access))
    return refusal(401, `Bearer realm="ledger", ${stepUpChallenge(transfers)}`)
  return { status: 200, body: { account: access.subject, client: access.clientId, balance: 100 } }
}

function refusal(status: number, challenge: string): Answer {
  const [, rest] = challenge.split('error="', 2)
  return { status, challenge, body: { error: rest?.split('"', 1)[0] ?? 'unauthorized' } }
}

/** Answers what a token allows here; nothing for a token that is expired, revoked, forged or meant for another API. */
async function createCheck({
  issuer,
  identifier,
  clientId,
  clientSecret,
}: ResourceServerSettings): Promise<Check> {
  const authentication = oidc.ClientSecretBasic(clientSecret)
  const config = await oidc.discovery(new URL(issuer), clientId, clientSecret, authentication, {
    execute: issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [],
  })
  const jwksUri = config.serverMetadata().jwks_uri ?? ''
  const verify = createVerifier({ issuer, audience: identifier, jwksUri })
  return async (request, token) => {
    const claims = token.includes('.') ? await verified(request) : await introspected(token)
    if (!claims || ![claims['aud']].flat().includes(identifier)) return undefined
    const { sub, client_id: client, scope, acr, auth_time } = claims
    return {
      subject: String(sub ?? client),
      clientId: String(client),
      scopes: typeof scope === 'string' ? scope.split(' ') : [],
      acr,
      auth_time,
    }
  }

  async function introspected(token: string): Promise<Record<string, unknown> | undefined> {
    const answer = await oidc.tokenIntrospection(config, token)
    // What a token is bound to is checked for JWTs alone.
    return answer.active && !('cnf' in answer) ? answer : undefined
  }

  async function verified(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
    const verdict = await verify(presented(request, identifier))
    if (!verdict.ok && verdict.status === 503) throw new Error(verdict.reason)
    return verdict.ok ? verdict.claims : undefined
  }
}
