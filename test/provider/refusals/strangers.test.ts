import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import type { Account } from '../../../src/accounts/account.ts'
import { withMounted } from '../../support/mounted.ts'
import { CALLBACK, register, VERIFIER } from '../relying-party.ts'
import type { Fields, Party } from '../relying-party.ts'
import { basic } from '../send.ts'
import type { Answer } from '../send.ts'
import { STAGES } from '../stage.ts'
import type { Stage } from '../stage.ts'

const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwks = { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'ES256' }] }
const ENDPOINTS = withMounted(['/oauth/token', '/oauth/par', '/oauth/introspect', '/oauth/revoke'], {
  device: ['/oauth/device'],
})

/** All that a stranger can compare. */
function seen({ status, text, headers }: Answer) {
  const { date, 'x-request-id': id, 'x-fapi-interaction-id': _named, ...others } = headers
  expect([date, id]).to.not.include(undefined)
  return { status, text, headers: others }
}

for (const { name, stage: open } of STAGES)
  describe(`a refusal, on ${name}`, function () {
    let stage: Stage
    let person: Account
    let clients: Party[]

    before(async () => {
      stage = await open()
      person = await stage.person()
      clients = [
        await register(stage),
        await register(stage, { token_endpoint_auth_method: 'client_secret_post' }),
        await register(stage, { token_endpoint_auth_method: 'none' }),
        await register(stage, { token_endpoint_auth_method: 'client_secret_jwt' }),
        await register(stage, { token_endpoint_auth_method: 'private_key_jwt', jwks } as object),
        await register(stage, { profile: 'fapi2-security', jwks } as object),
      ]
    })

    async function alike(answers: Promise<Answer>[], asked = ''): Promise<void> {
      const [first, ...others] = (await Promise.all(answers)).map(seen)
      for (const [index, other] of others.entries())
        expect(other, `${asked} answer ${index}`).to.deep.equal(first)
    }
    const ids = () => ['nobody', ...clients.map(({ clientId }) => clientId)]

    it('does not show for a wrong secret whether the client exists, or how it authenticates', async () => {
      for (const to of ENDPOINTS) {
        await alike(
          ids().map((id) => stage.send({ to, form: {}, headers: basic(id, 'wrong') })),
          `${to}, header:`,
        )
        await alike(
          ids().map((client_id) => stage.send({ to, form: { client_id, client_secret: 'wrong' } })),
          `${to}, form:`,
        )
      }
    })

    it('does not show this for a wrong assertion either, for any fault of it', async () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const nowSeconds = Math.floor(Date.now() / 1000)
      const good = { aud: stage.issuer, iat: nowSeconds, exp: nowSeconds + 60 }
      const WRONG = [
        {},
        { exp: nowSeconds - 100 },
        { aud: 'https://x.example' },
        { exp: undefined },
        { aud: [stage.issuer] },
      ]
      for (const claims of WRONG)
        await alike(
          ids().map(async (id) => {
            const client_assertion = await new SignJWT({
              iss: id,
              sub: id,
              jti: randomUUID(),
              ...good,
              ...claims,
            })
              .setProtectedHeader({ alg: 'ES256', kid: 'k' })
              .sign(privateKey)
            const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
            return await stage.send({ to: '/oauth/token', form: { client_assertion, client_assertion_type } })
          }),
          JSON.stringify(claims),
        )
    })

    it('does not show this without proof either, except for public clients', async () => {
      const proving = ids().filter((id) => id !== clients[2]?.clientId)
      await alike(proving.map((client_id) => stage.send({ to: '/oauth/token', form: { client_id } })))
    })

    it('does not show which client a code belongs to, whether it was used, or what else is wrong', async () => {
      const [app, , thief] = clients as [Party, Party, Party]
      const fields = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: VERIFIER }
      const used = await app.codeFor(person)
      expect((await app.redeem(used)).status).to.equal(200)
      const ownCode = () => thief.codeFor(person)
      const usedUp = await ownCode()
      await thief.redeem(usedUp)
      const WRONG: Fields[] = [
        { code: 'unknown' },
        { code: await app.codeFor(person) },
        { code: used },
        { code: usedUp },
        { code: await ownCode(), code_verifier: 'x'.repeat(43) },
        { code: await ownCode(), redirect_uri: `${CALLBACK}/x` },
      ]
      await alike(WRONG.map((given) => thief.call('/oauth/token', { ...fields, ...given })))
    })

    it('does not show which client a refresh token belongs to, or whether it was revoked', async () => {
      const [app, , thief] = clients as [Party, Party, Party]
      const [foreign, revoked] = [await app.tokensFor(person), await thief.tokensFor(person)]
      await thief.revoke(revoked.refresh_token)
      const tokens = ['unknown', foreign.refresh_token, foreign.access_token, revoked.refresh_token]
      await alike(tokens.map((token) => thief.refresh(token)))
    })

    it('shows nothing about an access token at userinfo', async () => {
      const { access_token: revoked } = await clients[0]!.tokensFor(person)
      await clients[0]!.revoke(revoked)
      const ask = (token: string) =>
        stage.send({ to: '/oauth/userinfo', headers: { authorization: `Bearer ${token}` } })
      await alike(['unknown', revoked, `${revoked}x`].map(ask))
    })
  })
