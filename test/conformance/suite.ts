/**
 * The OpenID Foundation's suite as far as our server sees it: the clients that `seed conformance` makes, the requests that
 * its modules send, and the checks that they make. Each test that plays a module names it.
 */
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { createRemoteJWKSet, jwtVerify, SignJWT } from 'jose'
import type { CryptoKey, JWTPayload, KeyObject } from 'jose'
import { readConformanceFile } from '../../seeds/conformance-file.ts'
import { seedConformance } from '../../seeds/conformance.ts'
import { replaceInitialAccessToken } from '../../src/protocol/registration/initial-access-tokens.ts'
import { makeCertificate } from '../provider/binding/certificates.ts'
import { callbackOf } from '../provider/relying-party.ts'
import { basic } from '../provider/send.ts'
import type { Answer, Sent } from '../provider/send.ts'
import { openStage, PASSWORD } from '../provider/stage.ts'
import { formsOf } from '../support/visitor.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const CALLBACK = 'https://www.certification.openid.net/test/a/account-server/callback'

export type Suite = Awaited<ReturnType<typeof openSuite>>
export type Section = {
  client_id: string
  client_secret?: string
  scope: string
  initial_access_token?: string
}
type Configuration = { client: Section; client2: Section; client_secret_post: Section }
type Fields = Record<string, string | undefined>
type Tokens = {
  access_token: string
  id_token: string
  refresh_token?: string
  expires_in: number
  scope: string
}
type SigningKey = { kid?: string; alg?: string; privateKey: KeyObject | CryptoKey }

/** A server set up as docs/conformance.md says, with everything seeded; `fields` say where suite and approver run. */
export async function openSuite(env: Record<string, string> = {}, fields: Fields = {}) {
  const stage = await openStage({
    store: 'sqlite',
    env,
  })
  const [one, two] = [makeKey('suite-1', fields['alg']), makeKey('suite-2')]
  const [certificate, certificate2] = [makeCertificate(), makeCertificate()]
  const file = join(stage.dataDir, 'conformance.json')
  writeFileSync(
    file,
    JSON.stringify({
      alias: 'account-server',
      suite: fields['suite'],
      approval_url: fields['approval_url'],
      resource_url: fields['resource_url'],
      account: { password: PASSWORD },
      client: { jwks: { keys: [one.jwk] }, certificate: certificate.cert },
      client2: { jwks: { keys: [two.jwk] }, certificate: certificate2.cert },
    }),
  )
  const { parts } = stage
  const { config } = parts
  const mtlsOrigin = config.binding.mtls?.origin
  const needs = {
    ...stage.accounts,
    ...parts,
    issuer: stage.issuer,
    mtlsOrigin,
    keys: config.keys,
    replaceToken: replaceInitialAccessToken,
  }
  const seeded = await seedConformance(needs, readConformanceFile(file))
  const metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
  const jwks = createRemoteJWKSet(new URL(String(metadata['jwks_uri'])))
  return {
    ...stage,
    seeded,
    metadata,
    keys: { client: one, client2: two },
    certificates: { client: certificate, client2: certificate2 },
    account: seeded.account,
    /** What the suite's form holds for a plan and the values of a variant. */
    configuration: (plan: string, variant: Record<string, string> = {}): Configuration => {
      const found = seeded.plans.find(
        (one) =>
          one.plan === plan && Object.entries(variant).every(([name, value]) => one.variant[name] === value),
      )
      if (!found) throw new Error(`no ${plan} ${JSON.stringify(variant)}`)
      return found.configuration as Configuration
    },
    /** Checks of ValidateIdToken, ValidateIdTokenNonce and ValidateIdTokenSignatureUsingKid. */
    async verify(idToken: string, clientId: string, nonce?: string): Promise<JWTPayload> {
      const { payload, protectedHeader } = await jwtVerify(idToken, jwks, {
        issuer: stage.issuer,
        audience: clientId,
      })
      expect(protectedHeader.kid).to.be.a('string')
      expect(payload).to.include.keys('sub', 'iat', 'exp')
      expect(String(payload.sub).length).to.be.within(1, 255)
      expect(payload['nonce']).to.equal(nonce)
      return payload
    },
  }
}

/** A key of a relying party, with what it registers. */
export function makeKey(kid: string, alg = 'ES256') {
  const { privateKey, publicKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    kid,
    alg,
    privateKey,
    publicKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg },
  }
}

export type Played = ReturnType<typeof play>

type PlayOptions = {
  visitor?: Visitor
  key?: SigningKey
  /** Wants its answers by form_post, as the whole Form Post plan does. */
  formPost?: boolean
}

/** One client of the suite with one browser: both remember what the module did before. */
export function play(suite: Suite, client: Section, more: PlayOptions = {}) {
  const visitor = more.visitor ?? suite.visitor()
  const auth: Record<string, string> = client.client_secret
    ? basic(client.client_id, client.client_secret)
    : {}

  /** As BuildPlainRedirectToAuthorizationEndpoint has it: no PKCE, a random state and nonce. */
  function request(given: Fields = {}): { path: string; form: Record<string, string>; nonce?: string } {
    const all: Fields = {
      client_id: client.client_id,
      redirect_uri: CALLBACK,
      scope: 'openid',
      state: randomBytes(32).toString('base64url'),
      nonce: randomUUID(),
      response_type: 'code',
      response_mode: more.formPost ? 'form_post' : undefined,
      ...given,
    }
    const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
    const form = Object.fromEntries(sent)
    return { path: `/oauth/authorize?${new URLSearchParams(form)}`, form, nonce: form['nonce'] }
  }

  async function assertion(audience: string): Promise<Record<string, string>> {
    const { key } = more
    if (!key) return {}
    const signed = await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: key.alg ?? 'ES256', ...(key.kid && { kid: key.kid }) })
      .setIssuer(client.client_id)
      .setSubject(client.client_id)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(key.privateKey)
    return {
      client_assertion: signed,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }
  }

  const token = async (form: Fields, sent: Partial<Sent> = {}): Promise<Answer> =>
    suite.send({
      to: '/oauth/token',
      form: { ...(await assertion(`${suite.issuer}/oauth/token`)), ...form },
      headers: auth,
      ...sent,
    })

  const redeem = (code: string, given: Fields = {}) =>
    token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...given })

  /** Fills in the pages that follow, and answers the parameters of the callback. */
  async function arrive(from: Visited): Promise<Record<string, string>> {
    let page = from
    for (let step = 0; step < 4 && !isAnswer(page); step += 1) {
      const isSignIn = /action="[^"]*\/sign-in/.test(page.text)
      const { email, password } = suite.account
      const fields: Record<string, string> = isSignIn ? { email, password } : { decision: 'allow' }
      page = await visitor.followForm(page, fields, { action: isSignIn ? '/sign-in' : '/consent' })
    }
    return answered(page)
  }

  /** Checks of CheckCallbackHttpMethodIsPost, RejectAuthCodeInUrlQuery and RejectErrorInUrlQuery. */
  function answered(page: Visited): Record<string, string> {
    if (!more.formPost) return callbackOf(page)
    expect(page.headers.get('location')).to.equal(null)
    expect(page.headers.get('content-type')).to.match(/^text\/html/)
    expect(page.headers.get('cache-control')).to.contain('no-store')
    expect(page.text).to.match(/<form[^>]+method="post"/i)
    const form = formsOf(page.text).find(({ action }) => action.startsWith(CALLBACK))
    expect(form?.action, page.text).not.to.match(/code=|error=/)
    return form?.hidden ?? {}
  }

  /** Signs in where it is asked for, and answers the parameters of the callback. */
  async function authorize(given: Fields = {}): Promise<Record<string, string>> {
    const { path, form } = request(given)
    const parameters = await arrive(await visitor.get(path))
    expect(parameters['state']).to.equal(form['state'])
    expect(parameters['iss']).to.equal(suite.issuer)
    return parameters
  }

  /** Asks without filling in any page: the callback's parameters, or a failure where a page is shown. */
  async function ask(given: Fields = {}): Promise<Record<string, string>> {
    return answered(await visitor.get(request(given).path))
  }

  /** The whole of a positive module: tokens and a verified ID token. */
  async function flow(given: Fields = {}): Promise<{ tokens: Tokens; idToken: JWTPayload; code: string }> {
    const nonce = Object.hasOwn(given, 'nonce') ? given['nonce'] : randomUUID()
    const { code = '' } = await authorize({ ...given, nonce })
    const answer = await redeem(code, { redirect_uri: given['redirect_uri'] ?? CALLBACK })
    expect(answer.status, answer.text).to.equal(200)
    expect(answer.headers['cache-control']).to.contain('no-store')
    const tokens = answer.json() as Tokens
    expect(tokens).to.include({ token_type: 'Bearer' })
    return { tokens, code, idToken: await suite.verify(tokens.id_token, client.client_id, nonce) }
  }

  return { client, visitor, auth, request, arrive, authorize, ask, redeem, token, flow, assertion }
}

function isAnswer({ headers, text }: Visited): boolean {
  return headers.get('location') !== null || formsOf(text).some(({ action }) => action.startsWith(CALLBACK))
}

/** GET with the token in the header, as most modules do. */
export async function userinfo(suite: Suite, accessToken: string, sent: Partial<Sent> = {}): Promise<Answer> {
  return suite.send({
    to: '/oauth/userinfo',
    headers: { authorization: `Bearer ${accessToken}` },
    ...sent,
  })
}
