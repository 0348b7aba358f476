import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { importJWK, SignJWT } from 'jose'
import { createProver, nowSeconds } from '../provider/binding/prover.ts'
import { playFapi } from './fapi2-play.ts'
import type { Fapi } from './fapi2-play.ts'
import { expectError, openFapi2, rowsOfPlans } from './fapi2-world.ts'
import type { Claims, World } from './fapi2-world.ts'

type Module = (suite: Fapi) => Promise<unknown>

const UNPROVEN = ['invalid_request', 'invalid_grant', 'invalid_dpop_proof']

/** Every proof of the whole flow, at the PAR endpoint too, has these claims as well. */
async function flowProven(suite: Fapi, claims: Claims): Promise<void> {
  const answer = await suite.codeFor({}, { proven: claims })
  await suite.accept(await suite.redeem(answer, {}, { proven: claims }))
  const proof = () => suite.proofFor(claims)
  expect((await suite.show({ proof })).status).to.equal(200)
}

const boundToAnother = async () => ({ dpop_jkt: (await createProver()).thumbprint })

const MODULES: Record<string, Module> = {
  'check-dpop-proof-nbf-exp': (suite) => flowProven(suite, { nbf: nowSeconds(), exp: nowSeconds() + 300 }),
  'ensure-dpopproof-with-iat-10seconds-before-succeeds': (suite) =>
    flowProven(suite, { iat: nowSeconds() - 10 }),
  'ensure-dpopproof-with-iat-10seconds-after-succeeds': (suite) =>
    flowProven(suite, { iat: nowSeconds() + 8 }),
  'ensure-dpopproof-at-par-endpoint-binding-success': (suite) => flowProven(suite, {}),
  'ensure-dpop-auth-code-binding-success': (suite) =>
    suite.flow({ dpop_jkt: suite.prover().thumbprint }, { proven: true }),
  'ensure-mismatched-dpop-jkt-fails': async (suite) =>
    expectError(await suite.push(await boundToAnother(), { proven: true }), [
      'invalid_request',
      'invalid_dpop_proof',
    ]),
  'ensure-token-endpoint-fails-with-mismatched-dpop-jkt': async (suite) =>
    expectError(await suite.redeem(await suite.codeFor(await boundToAnother())), UNPROVEN, 400),
  'ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt': async (suite) => {
    const answer = await suite.codeFor({}, { proven: true })
    suite.provers.client = await createProver()
    expectError(await suite.redeem(answer), UNPROVEN, 400)
  },
  'dpop-negative-tests': negativeTests,
}

async function negativeTests(suite: Fapi): Promise<void> {
  const { jwk, privateJwk } = suite.prover()
  const url = new URL(suite.resourceUrl)
  await suite.flow()
  const privateKey = await importJWK(privateJwk, 'PS256')
  const byRsa = await importJWK(privateJwk, 'RS256')
  const other = await createProver('PS256')
  const header = { alg: 'PS256', typ: 'dpop+jwt', jwk }
  const claimsOf = async () => {
    const [, payload = ''] = (await suite.proofFor({})).split('.')
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
  }
  const signed = async (given: object, key = privateKey) =>
    new SignJWT(await claimsOf()).setProtectedHeader({ ...header, ...given }).sign(key)
  const unsigned = async (given: object) =>
    `${[given, await claimsOf()].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`

  const refused: Record<string, () => Promise<string | undefined>> = {
    'no JWT': async () => (await suite.proofFor({})).replaceAll('.', ' '),
    'typ missing': () => signed({ typ: undefined }),
    'typ wrong': () => signed({ typ: 'jwt' }),
    'alg missing': () => unsigned({ typ: 'dpop+jwt', jwk }),
    'jwk missing': () => signed({ jwk: undefined }),
    ...Object.fromEntries(
      ['jti', 'htm', 'htu', 'iat', 'ath'].map((name) => [name, () => suite.proofFor({ [name]: undefined })]),
    ),
    RS256: () => signed({ alg: 'RS256' }, byRsa),
    none: () => unsigned({ ...header, alg: 'none' }),
    altered: async () => `${(await suite.proofFor({})).slice(0, -8)}AAAAAAAA`,
    'private key': () => signed({ jwk: privateJwk }),
    'another method': () => suite.proofFor({ htm: 'PUT' }),
    'another address': () => suite.proofFor({ htu: 'https://other.example/' }),
    'another token': () => suite.proofFor({ ath: 'x' }),
    'another key': async () => signed({ jwk: other.jwk }, await importJWK(other.privateJwk, 'PS256')),
    'not its key': async () => signed({}, await importJWK(other.privateJwk, 'PS256')),
    'no proof': async () => undefined,
  }
  for (const [what, proof] of Object.entries(refused))
    expect((await suite.show({ proof })).status, what).to.be.oneOf([400, 401])
  for (const scheme of ['Bearer', 'bearer'])
    for (const proof of [undefined, async () => undefined])
      expect((await suite.show({ scheme, proof })).status, scheme).to.be.oneOf([400, 401])
  for (const hours of [-1, 1]) {
    const proof = () => suite.proofFor({ iat: nowSeconds() + hours * 3600, nonce: undefined })
    const { status, headers } = await suite.show({ proof })
    // Either the clock counts, or a nonce is asked for in its place.
    expect([status, /invalid|nonce/.test(headers.get('www-authenticate') ?? '')], `iat ${hours}`).to.eql([
      401,
      true,
    ])
  }

  const jti = randomUUID()
  const taken = [
    { htu: `${suite.resourceUrl}?a=b#c` },
    { htu: suite.resourceUrl.replace(url.origin, url.origin.toUpperCase()) },
    { extra: 'claim' },
    { jti },
    {},
  ]
  for (const claims of taken)
    expect(
      (await suite.show({ proof: () => suite.proofFor(claims) })).status,
      JSON.stringify(claims),
    ).to.equal(200)
  expect((await suite.show({ proof: () => suite.proofFor({ jti }) })).status, 'used before').to.equal(401)
  expect((await suite.show()).status).to.equal(200)
}

describe('the FAPI 2.0 plans’ proofs of possession [C-fapi2-security][C-fapi2-message-signing]', function () {
  let world: World
  before(async () => {
    world = await openFapi2()
  })
  after(() => world.stop())

  for (const { label, find } of rowsOfPlans().filter(({ dpop }) => dpop))
    for (const [name, module] of Object.entries(MODULES))
      it(`${name}, ${label}`, async () => {
        await module(playFapi(world, find(world)))
      })
})
