import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import { makeCertificate } from '../provider/binding/certificates.ts'
import type { Certificate } from '../provider/binding/certificates.ts'
import { fetchWith } from '../provider/binding/mtls-request.ts'
import { challengeOf, VERIFIER } from '../provider/relying-party.ts'
import { freePort } from '../support/service-process.ts'
import { CALLBACK, openSuite } from './suite.ts'
import type { Section, Suite } from './suite.ts'

const HOLDERS = ['client', 'client2'] as const
type Holder = (typeof HOLDERS)[number]

describe('the clients that are seeded for FAPI and CIBA', function () {
  let suite: Suite
  before(async () => {
    const server = makeCertificate({ subject: [[['CN', 'localhost']]], names: { dns: ['localhost'] } })
    suite = await openSuite({
      ACCOUNT_SERVER_MTLS_PORT: String(await freePort()),
      ACCOUNT_SERVER_MTLS_CERT: server.cert,
      ACCOUNT_SERVER_MTLS_KEY: server.key,
    })
  })
  after(() => suite.stop())

  const sign = (holder: Holder, claims: Record<string, unknown>, { client_id }: Section) =>
    new SignJWT({ jti: randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: suite.keys[holder].kid })
      .setIssuer(client_id)
      .setAudience(suite.issuer)
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime('5m')
      .sign(suite.keys[holder].privateKey)

  async function authentication(
    method: string,
    holder: Holder,
    client: Section,
  ): Promise<Record<string, string>> {
    if (method === 'mtls') return { client_id: client.client_id }
    return {
      client_assertion: await sign(holder, { sub: client.client_id }, client),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }
  }

  async function post(endpoint: string, form: Record<string, string>, certificate: Certificate) {
    const aliases = suite.metadata['mtls_endpoint_aliases'] as Record<string, string>
    const answer = await fetchWith(certificate)(aliases[endpoint] ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  const request = {
    response_type: 'code',
    redirect_uri: `${CALLBACK}?dummy1=lorem&dummy2=ipsum`,
    scope: 'openid',
    code_challenge: challengeOf(VERIFIER),
    code_challenge_method: 'S256',
  }

  it('push their requests, each by its own keys or certificate and by no other', async () => {
    const runs = suite.seeded.plans.filter(({ plan }) => plan.startsWith('fapi2-'))
    expect(runs).to.have.length(20)
    for (const { plan, variant, configuration } of runs)
      for (const holder of HOLDERS) {
        const client = (configuration as Record<Holder, Section>)[holder]
        const method = variant['client_auth_type'] ?? ''
        const all = {
          ...request,
          ...(variant['fapi_response_mode'] === 'jarm' && { response_mode: 'jwt' }),
          client_id: client.client_id,
        }
        const signs = variant['fapi_request_method'] === 'signed_non_repudiation'
        const fields: Record<string, string> = signs ? { request: await sign(holder, all, client) } : all
        const push = async (by: Holder) =>
          post(
            'pushed_authorization_request_endpoint',
            { ...fields, ...(await authentication(method, by, client)) },
            suite.certificates[by],
          )
        const label = `${plan} ${JSON.stringify(variant)} ${holder}`
        const good = await push(holder)
        expect(good.status, `${label}: ${JSON.stringify(good.body)}`).to.equal(201)
        const bad = await push(holder === 'client' ? 'client2' : 'client')
        expect([bad.status, bad.body['error']], label).to.eql([401, 'invalid_client'])
      }
  })

  it('show bound tokens where a certificate is asked for', () => {
    const aliases = suite.metadata['mtls_endpoint_aliases'] as Record<string, string>
    for (const { plan, variant, configuration } of suite.seeded.plans) {
      const certified = variant['sender_constrain'] === 'mtls' || plan.startsWith('fapi-ciba')
      const expected = (certified ? aliases : suite.metadata)['userinfo_endpoint']
      expect(configuration['resource'], plan).to.eql({ resourceUrl: expected })
    }
  })

  it('ask behind the scenes by poll and ping, authenticated either way', async () => {
    const runs = suite.seeded.plans.filter(
      ({ plan, variant }) =>
        plan.startsWith('fapi-ciba') && variant['client_registration'] === 'static_client',
    )
    expect(runs).to.have.length(4)
    for (const { variant, configuration } of runs) {
      const { client } = configuration as Record<Holder, Section>
      const claims = {
        scope: 'openid',
        login_hint: suite.account.email,
        binding_message: '1234',
        ...(variant['ciba_mode'] === 'ping' && { client_notification_token: randomUUID() }),
      }
      const form = {
        request: await sign('client', claims, client),
        ...(await authentication(variant['client_auth_type'] ?? '', 'client', client)),
      }
      const answer = await post('backchannel_authentication_endpoint', form, suite.certificates.client)
      expect(answer.status, `${JSON.stringify(variant)}: ${JSON.stringify(answer.body)}`).to.equal(200)
    }
  })
})
