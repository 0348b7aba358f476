/** Where the modules of the FAPI 2.0 plans are played: the server as docs/conformance.md sets it up, and what is looked at. */
import { once } from 'node:events'
import type { KeyObject } from 'node:crypto'
import type { Server } from 'node:http'
import { expect } from 'chai'
import { createRemoteJWKSet } from 'jose'
import { createBoundResource } from '../../examples/bound-resource/server.ts'
import type { SeededPlan } from '../../seeds/conformance.ts'
import { makeCertificate } from '../provider/binding/certificates.ts'
import { createProver } from '../provider/binding/prover.ts'
import { freePort } from '../support/service-process.ts'
import { openSuite } from './suite.ts'

export type World = Awaited<ReturnType<typeof openFapi2>>
export type Claims = Record<string, unknown>
export type Form = Record<string, string>
export type Fields = Record<string, string | undefined>
export type Bend = {
  claims?: (claims: Claims) => Claims
  header?: Record<string, string>
  key?: KeyObject
}
export type Holder = 'client' | 'client2'
export type Reply = { status: number; headers: Headers; body: Claims }

/** The server as docs/conformance.md sets it up, and the resource server for plain OAuth. */
export async function openFapi2() {
  const [mtlsPort, resourcePort] = [await freePort(), await freePort()]
  const { cert, key } = makeCertificate({ subject: [[['CN', 'localhost']]], names: { dns: ['localhost'] } })
  const env = {
    ACCOUNT_SERVER_MTLS_PORT: String(mtlsPort),
    ACCOUNT_SERVER_MTLS_CERT: cert,
    ACCOUNT_SERVER_MTLS_KEY: key,
  }
  const resourceUrl = `https://localhost:${resourcePort}`
  const suite = await openSuite(env, { alg: 'PS256', resource_url: resourceUrl })
  const { issuer } = suite
  const jwksUri = String(suite.metadata['jwks_uri'])
  const provers = { client: await createProver('PS256'), client2: await createProver('PS256') }
  const resource = createBoundResource({ issuer, jwksUri, identifier: `${resourceUrl}/`, cert, key })
  resource.listen(resourcePort)
  await once(resource, 'listening')
  return {
    ...suite,
    provers,
    jwks: createRemoteJWKSet(new URL(jwksUri)),
    stop: () => end(resource, () => suite.stop()),
  }
}

async function end(resource: Server, stop: () => Promise<void>): Promise<void> {
  resource.closeAllConnections()
  resource.close()
  await stop()
}

export async function replyOf(answer: Response): Promise<Reply> {
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json')
  return {
    status: answer.status,
    headers: answer.headers,
    body: isJson ? (JSON.parse(text) as Claims) : { text },
  }
}

/** A refusal in the form of RFC 6749 §5.2: one of these errors, and printable words. */
export function expectError({ status, body }: Reply, errors: string[], ...statuses: number[]): void {
  expect(body['error'], JSON.stringify(body)).to.be.oneOf(errors)
  expect(status).to.be.oneOf(
    statuses.length > 0 ? statuses : body['error'] === 'invalid_client' ? [400, 401] : [400],
  )
  if (body['error_description'] !== undefined)
    expect(body['error_description']).to.match(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
}

const SECURITY = 'fapi2-security-profile-final-test-plan'
const SIGNING = 'fapi2-message-signing-final-test-plan'
const BOTH = { fapi_request_method: 'signed_non_repudiation', fapi_response_mode: 'jarm' }

/** The variants that are played: every client authentication with every binding, and each other choice at least once. */
export function rowsOfPlans() {
  const ways = ['private_key_jwt', 'mtls'].flatMap((auth) =>
    ['dpop', 'mtls'].map((binding) => [auth, binding]),
  )
  const openid = { openid: 'openid_connect' }
  const plain = { openid: 'plain_oauth' }
  const jar = { ...BOTH, fapi_response_mode: 'plain_response' }
  const jarm = { ...BOTH, fapi_request_method: 'unsigned' }
  return [
    ...ways.map((way) => rowOf(SECURITY, way, openid)),
    ...ways.map((way) => rowOf(SIGNING, way, { ...openid, ...BOTH })),
    rowOf(SECURITY, ways[0], plain),
    rowOf(SECURITY, ways[3], plain),
    rowOf(SIGNING, ways[1], { ...plain, ...BOTH }),
    rowOf(SIGNING, ways[2], { ...openid, ...jar }),
    rowOf(SIGNING, ways[0], { ...openid, ...jarm }),
  ]
}

function rowOf(plan: string, [auth = '', binding = '']: string[] = [], more: Record<string, string>) {
  const variant: Record<string, string> = { ...more, client_auth_type: auth, sender_constrain: binding }
  const fits = (one: SeededPlan) =>
    one.plan === plan && Object.entries(variant).every(([name, value]) => one.variant[name] === value)
  return {
    label: [plan === SECURITY ? 'security profile' : 'message signing', ...Object.values(variant)].join(' '),
    openid: more['openid'] === 'openid_connect',
    signed: more['fapi_request_method'] === BOTH.fapi_request_method,
    byKey: auth === 'private_key_jwt',
    dpop: binding === 'dpop',
    find: ({ seeded }: World): SeededPlan => {
      const found = seeded.plans.find(fits)
      if (!found) throw new Error(`not seeded: ${JSON.stringify(variant)}`)
      return found
    },
  }
}
