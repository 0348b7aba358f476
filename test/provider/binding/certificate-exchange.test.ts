import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { TOKEN_EXCHANGE_GRANT } from '../../../src/clients/client-choices.ts'
import { allowExchange } from '../../../src/protocol/token-exchange/exchange-rules.ts'
import { TOKEN_TYPES } from '../../../src/protocol/token-exchange/presented-token.ts'
import { registerApp } from '../../protocol/challenge/first-party-app.ts'
import type { Challenged } from '../../protocol/challenge/first-party-app.ts'
import { register } from '../relying-party.ts'
import type { Party, Tokens } from '../relying-party.ts'
import { openStage, PASSWORD } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { makeCertificate } from './certificates.ts'
import type { Certificate } from './certificates.ts'

const HEADER = 'x-client-certificate'
const API = 'https://bound.example.com/'

describe('a certificate that tokens are bound to', function () {
  const authority = makeCertificate({ subject: [[['CN', 'Our authority']]], authority: true })
  const issue = () => makeCertificate({ issuer: authority, subject: [[['CN', 'app']]], uses: ['client'] })
  const [mine, other] = [issue(), issue()]
  const shown = ({ cert }: Certificate) => ({ [HEADER]: encodeURIComponent(cert) })
  const bound = {
    token_endpoint_auth_method: 'tls_client_auth' as const,
    tls_client_auth_subject_dn: 'CN=app',
    tls_client_certificate_bound_access_tokens: true,
  }
  let stage: Stage
  let app: Party
  let person: Account

  before(async () => {
    const env = {
      ACCOUNT_SERVER_MTLS_CLIENT_CA: authority.cert,
      ACCOUNT_SERVER_MTLS_CERTIFICATE_HEADER: HEADER,
      ACCOUNT_SERVER_MTLS_ISSUER: 'https://mtls.example.com',
    }
    stage = await openStage({ store: 'sqlite', env })
    await stage.createResource({ identifier: API, scope: 'read' })
    app = await register(stage, {
      ...bound,
      grant_types: ['authorization_code', 'refresh_token', TOKEN_EXCHANGE_GRANT],
      allowed_resources: [API],
    })
    const rule = { resource: API, impersonation: true, delegation: false, scopes: 'read' }
    await allowExchange(stage.parts, { clientId: app.clientId, ...rule })
    person = await stage.person()
  })
  after(() => stage?.stop())

  it('is shown again to exchange such a token, and binds the new one', async () => {
    const asked = { resource: API, scope: 'openid offline_access read' }
    const code = await app.codeFor(person, asked)
    const identity = { client_id: app.clientId }
    const call = (to: string, form: Record<string, string>, certificate: Certificate) =>
      stage.send({ to, form: { ...identity, ...form }, headers: shown(certificate) })
    const redeemed = await app.redeem(code, { ...identity, resource: API }, shown(mine))
    expect(redeemed.status, redeemed.text).to.equal(200)
    const tokens = redeemed.json() as Tokens
    const subjects = { accessToken: tokens.access_token, idToken: tokens.id_token }
    const exchange = (certificate: Certificate, kind: keyof typeof subjects = 'accessToken') =>
      call(
        '/oauth/token',
        {
          grant_type: TOKEN_EXCHANGE_GRANT,
          subject_token: subjects[kind],
          subject_token_type: TOKEN_TYPES[kind],
        },
        certificate,
      )
    expect((await exchange(other, 'idToken')).json()['error_description']).to.contain('certificate')
    expect((await exchange(mine, 'idToken')).status).to.equal(200)
    const refused = await exchange(other)
    expect([refused.status, refused.json()['error']]).to.eql([400, 'invalid_request'])
    expect(refused.json()['error_description']).to.contain('certificate')
    const answer = await exchange(mine)
    expect(answer.status, answer.text).to.equal(200)
    const token = String(answer.json()['access_token'])
    const told = (await call('/oauth/introspect', { token }, mine)).json()
    const thumbprint = createHash('sha256').update(mine.der).digest('base64url')
    expect(told).to.deep.include({ active: true, cnf: { 'x5t#S256': thumbprint } })
  })

  it('lets an app sign people in without a browser, at an address of its own', async () => {
    const native = await registerApp(stage, {
      ...bound,
      application_type: 'web',
      redirect_uris: ['https://app.example.com/cb'],
    })
    const fields = { client_id: native.clientId, username: person.email, password: PASSWORD }
    const strange = await native.begin(fields)
    expect([strange.status, strange.json()['error']]).to.eql([401, 'invalid_client'])
    const answer = await native.begin(fields, shown(mine))
    expect(answer.status, answer.text).to.equal(200)
    const { authorization_code: code } = answer.json() as Challenged
    const redeemed = await native.redeem(code, { client_id: native.clientId }, shown(mine))
    expect(redeemed.status, redeemed.text).to.equal(200)
    const metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
    expect(metadata['mtls_endpoint_aliases']).to.include({
      authorization_challenge_endpoint: 'https://mtls.example.com/oauth/authorize-challenge',
    })
  })
})
