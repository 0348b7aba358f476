/** Tokens that are bound to a key or a certificate, at the JSON API as at userinfo. */
import { hash } from 'node:crypto'
import { expect } from 'chai'
import { apiIdentifier } from '../../src/operations/scopes.ts'
import { makeCertificate } from '../provider/binding/certificates.ts'
import { createProver } from '../provider/binding/prover.ts'
import type { Prover } from '../provider/binding/prover.ts'
import type { Answer } from '../provider/send.ts'
import { openStage, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

type Bent = Parameters<Prover['prove']>[0]['claims']

/** A token of the client itself, bound to the key. */
async function boundToken(stage: Stage, { party }: Api, key: Prover): Promise<string> {
  const to = '/oauth/token'
  const fields = {
    grant_type: 'client_credentials',
    resource: apiIdentifier(stage.issuer),
    scope: 'accounts:read',
  }
  const ask = async (nonce?: string) => {
    const url = `${stage.issuer}${to}`
    const DPoP = await key.prove({ url, ...(nonce !== undefined && { nonce }) })
    return party.call(to, fields, { ...party.auth, DPoP })
  }
  let answer = await ask()
  if (answer.json()['error'] === 'use_dpop_nonce') answer = await ask(String(answer.headers['dpop-nonce']))
  expect(answer.json()).to.include({ token_type: 'DPoP' })
  return String(answer.json()['access_token'])
}

async function provenHeaders(stage: Stage, token: string, key: Prover, claims: Bent = {}) {
  const url = `${stage.issuer}/api/v1/accounts`
  const proof = { url, method: 'GET', accessToken: token, claims }
  return { authorization: `DPoP ${token}`, dpop: await key.prove(proof) }
}

const codeOf = ({ status, json }: Answer) => `${status} ${String(json()['code'])}`

for (const { name, stage: open } of STAGES)
  describe(`the API and tokens that are bound to a key, on two processes with ${name}`, () => {
    let stage: Stage
    let api: Api
    let key: Prover
    let token: string

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['accounts:read'])
      key = await createProver()
      token = await boundToken(stage, api, key)
    })

    const list = (headers: Record<string, string>) => api.call('GET', '/accounts?limit=1', { headers })
    const proven = async (by: Prover, claims: Bent = {}) =>
      list(await provenHeaders(stage, token, by, claims))

    it('takes one with a proof by its key [S-3.34]', async () => {
      expect((await proven(key)).status).to.equal(200)
      const lower = await provenHeaders(stage, token, key)
      expect((await list({ ...lower, authorization: `dpop ${token}` })).status).to.equal(200)
    })

    it('refuses one as a bearer token, and says how to send it [S-3.35]', async () => {
      const answer = await list({ authorization: `Bearer ${token}` })
      expect(codeOf(answer)).to.equal('401 invalid_token')
      expect(answer.headers['www-authenticate']).to.match(/^Bearer error="invalid_token", DPoP algs="ES256 /)
    })

    it('refuses a proof of another key, token, method or address, and none [S-3.36]', async () => {
      const thief = await createProver()
      const refused = [
        await proven(thief),
        await proven(key, { ath: undefined }),
        await proven(key, { ath: hash('sha256', 'another', 'base64url') }),
        await proven(key, { htm: 'POST' }),
        await proven(key, { htu: `${stage.issuer}/api/v1/clients` }),
        await proven(key, { htu: 'https://evil.example/api/v1/accounts' }),
        await list({ authorization: `DPoP ${token}` }),
        await list({ authorization: `DPoP ${token}`, dpop: 'a.b.c' }),
      ]
      for (const [at, answer] of refused.entries()) {
        expect(codeOf(answer), `${at}: ${answer.text}`).to.equal('401 invalid_dpop_proof')
        expect(answer.headers['www-authenticate'], String(at)).to.match(
          /^DPoP error="invalid_dpop_proof", algs="ES256 /,
        )
      }
    })

    it('takes one proof once, on whichever process [S-3.37]', async () => {
      const headers = await provenHeaders(stage, token, key)
      const answers = await Promise.all(Array.from({ length: 6 }, () => list(headers)))
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
      const again = await list(headers)
      expect(codeOf(again)).to.equal('401 invalid_dpop_proof')
      expect(again.json()['detail']).to.match(/used before/)
    })

    it('refuses a proof with a token that is bound to no key', async () => {
      const bearer = await api.ownToken()
      const answer = await list(await provenHeaders(stage, bearer, key))
      expect(codeOf(answer)).to.equal('401 invalid_token')
      expect(answer.headers['www-authenticate']).to.match(/^DPoP error="invalid_token"/)
    })

    it('names both ways to send a token where there is none', async () => {
      const { headers } = await list({})
      expect(headers['www-authenticate']).to.match(/^Bearer, DPoP algs="ES256 /)
    })

    it('gives a page the nonce and lets it send a proof (CORS)', async () => {
      const preflight = await api.call('OPTIONS', '/accounts', { headers: { origin: 'https://a.example' } })
      expect(preflight.headers['access-control-allow-headers']).to.match(/\bDPoP\b/)
      const page = await createCaller(stage, ['accounts:read'], { cors_origins: ['https://page.example'] })
      const headers = { authorization: `DPoP ${await boundToken(stage, page, key)}`, dpop: 'no proof' }
      const answer = await page.call('GET', '/accounts', {
        headers: { ...headers, origin: 'https://page.example' },
      })
      expect(codeOf(answer)).to.equal('401 invalid_dpop_proof')
      expect(answer.headers['access-control-allow-origin']).to.equal('https://page.example')
      expect(answer.headers['access-control-expose-headers']).to.match(/DPoP-Nonce/)
    })
  })

const PROXY = 'x-client-certificate'
const authority = makeCertificate({ subject: [[['CN', 'Our authority']]], authority: true })
const issued = makeCertificate({ issuer: authority, subject: [[['CN', 'program']]], uses: ['client'] })
const ENV = {
  ACCOUNT_SERVER_DPOP_NONCE_REQUIRED: 'true',
  ACCOUNT_SERVER_MTLS_CLIENT_CA: authority.cert,
  ACCOUNT_SERVER_MTLS_CERTIFICATE_HEADER: PROXY,
  ACCOUNT_SERVER_MTLS_ISSUER: 'https://mtls.example.com',
  ACCOUNT_SERVER_TRUSTED_PROXIES: '127.0.0.1',
}

describe('the API of a server with nonces and client certificates', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ store: 'sqlite', env: ENV })
  })
  after(() => stage?.stop())

  it('demands a nonce in each proof, and gives it [S-3.38]', async () => {
    const api = await createCaller(stage, ['accounts:read'])
    const key = await createProver()
    const token = await boundToken(stage, api, key)
    const ask = async (claims: Bent) =>
      api.call('GET', '/accounts', { headers: await provenHeaders(stage, token, key, claims) })
    const refused = await ask({})
    expect(codeOf(refused)).to.equal('401 use_dpop_nonce')
    expect(refused.headers['www-authenticate']).to.match(/^DPoP error="use_dpop_nonce"/)
    expect((await ask({ nonce: String(refused.headers['dpop-nonce']) })).status).to.equal(200)
    expect(codeOf(await ask({ nonce: 'made-up' }))).to.equal('401 use_dpop_nonce')
  })

  it('takes a token that is bound to a certificate from its holder alone (RFC 8705 §3) [S-3.39]', async () => {
    const api = await createCaller(stage, ['accounts:read'], {
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: 'CN=program',
      tls_client_certificate_bound_access_tokens: true,
    })
    const header = ({ cert }: { cert: string }) => ({ [PROXY]: encodeURIComponent(cert) })
    const form = {
      client_id: api.party.clientId,
      grant_type: 'client_credentials',
      resource: apiIdentifier(stage.issuer),
      scope: 'accounts:read',
    }
    const given = await stage.send({ to: '/oauth/token', form, headers: header(issued) })
    expect(given.status, given.text).to.equal(200)
    const token = String(given.json()['access_token'])
    const list = (headers: Record<string, string>) => api.call('GET', '/accounts', { token, headers })
    expect((await list(header(issued))).status).to.equal(200)
    const other = makeCertificate({ issuer: authority, subject: [[['CN', 'program']]], uses: ['client'] })
    for (const [who, headers] of [
      ['nobody', {}],
      ['another', header(other)],
    ] as const) {
      const answer = await list(headers)
      expect(codeOf(answer), who).to.equal('401 invalid_token')
      expect(answer.headers['www-authenticate'], who).to.match(/^Bearer error="invalid_token"/)
    }
  })

  it('takes a proof for its address at the origin that asks for certificates', async () => {
    const api = await createCaller(stage, ['accounts:read'])
    const key = await createProver()
    const token = await boundToken(stage, api, key)
    const claims = { htu: 'https://mtls.example.com/api/v1/accounts' }
    const ask = async (more: object) =>
      api.call('GET', '/accounts', {
        headers: await provenHeaders(stage, token, key, { ...claims, ...more }),
      })
    const first = await ask({})
    expect(codeOf(first)).to.equal('401 use_dpop_nonce')
    expect((await ask({ nonce: String(first.headers['dpop-nonce']) })).status).to.equal(200)
  })
})
