import { inflateSync } from 'node:zlib'
import { expect } from 'chai'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import { createVerifier } from '../../../examples/jwt-middleware/access-token.ts'
import { deleteAccount, disableAccount, signOutEverywhere } from '../../../src/accounts/account-state.ts'
import type { Account } from '../../../src/accounts/account.ts'
import { deleteClient, disableClient } from '../../../src/clients/clients.ts'
import { register } from '../../provider/relying-party.ts'
import type { Party } from '../../provider/relying-party.ts'
import { STAGES, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import type { Visitor } from '../../support/visitor.ts'

const API = 'https://statuses.example.com/'
const LISTS = '/oauth/status-lists'

type Status = { idx: number; uri: string }

for (const { name, stage: open } of STAGES)
  describe(`the status of JWT access tokens, on ${name}`, function () {
    let stage: Stage

    before(async () => {
      stage = await open()
      await stage.createResource({ identifier: API, scope: 'ledger:read', format: 'jwt' })
    })

    const app = (given: Parameters<typeof register>[1] = {}) =>
      register(stage, { allowed_resources: [API], first_party: true, ...given })
    const asked = { resource: API, scope: 'openid offline_access ledger:read' }
    const tokensOf = (party: Party, person: Account, visitor?: Visitor) =>
      party.tokensFor(person, { ...asked, prompt: undefined }, visitor)
    const statusOf = (token: string) => (decodeJwt(token)['status'] as { status_list: Status }).status_list

    async function readList(uri: string) {
      const keys = createRemoteJWKSet(new URL('/oauth/jwks', stage.issuer))
      const answer = await stage.send({ to: uri })
      expect(answer.status).to.equal(200)
      const options = { issuer: stage.issuer, subject: uri, typ: 'statuslist+jwt' }
      return { answer, claims: (await jwtVerify(answer.text, keys, options)).payload }
    }

    function bitOf({ status_list: list }: JWTPayload, idx: number): number {
      const { bits, lst } = list as { bits: number; lst: string }
      expect(bits).to.equal(1)
      return (inflateSync(Buffer.from(lst, 'base64url'))[idx >> 3]! >> (idx & 7)) & 1
    }

    async function isRevoked(token: string): Promise<boolean> {
      const { uri, idx } = statusOf(token)
      const bits = []
      // Each process has a cache of its own.
      for (let turn = 0; turn < 2; turn += 1) bits.push(bitOf((await readList(uri)).claims, idx))
      expect(new Set(bits).size, token).to.equal(1)
      return bits[0] === 1
    }

    it('is named in the token, and published as a signed, compressed, cacheable document', async () => {
      const party = await app()
      const { access_token } = await tokensOf(party, await stage.person())
      const { uri, idx } = statusOf(access_token)
      expect(idx).to.be.within(0, 131_071)
      expect(uri).to.match(new RegExp(`^${stage.issuer}${LISTS}/[\\w-]{22}$`))
      const { answer, claims } = await readList(uri)
      expect(answer.headers).to.include({
        'content-type': 'application/statuslist+jwt',
        'cache-control': 'public, max-age=30',
        'access-control-allow-origin': '*',
      })
      expect(answer.cookies).to.eql([])
      expect(claims['ttl']).to.equal(30)
      expect(claims.exp! - claims.iat!).to.equal(300)
      expect(answer.text.length).to.be.below(4000)
      const etag = String(answer.headers.etag)
      const again = await stage.send({ to: uri, headers: { 'if-none-match': etag } })
      expect([again.status, again.text]).to.eql([304, ''])
      expect((await stage.send({ to: `${LISTS}/unknown` })).status).to.equal(404)
    })

    it('is found by way of the metadata', async () => {
      const { uri } = statusOf((await tokensOf(await app(), await stage.person())).access_token)
      const metadata = (await stage.send({ to: '/.well-known/oauth-authorization-server' })).json()
      expect(metadata['status_list_aggregation_endpoint']).to.equal(`${stage.issuer}${LISTS}`)
      const { status_lists: all } = (await stage.send({ to: LISTS })).json() as { status_lists: string[] }
      expect(all).to.include(uri)
    })

    const ENDINGS: Record<
      string,
      (given: { person: Account; party: Party; visitor: Visitor; refresh: string }) => Promise<unknown>
    > = {
      'the revocation of the refresh token': ({ party, refresh }) => party.revoke(refresh),
      'consent that is taken back': async ({ visitor }) =>
        visitor.followForm(await visitor.get('/account/apps'), {}, { action: '/revoke' }),
      'a sign-out everywhere': ({ person }) => signOutEverywhere(accounts(), person.id, { actor: 'cli' }),
      'a disabled account': ({ person }) => disableAccount(accounts(), person.id, { actor: 'cli' }),
      'a deleted account': ({ person }) => deleteAccount(accounts(), person.id, { actor: 'cli' }),
      'a disabled client': ({ party }) => disableClient(stage.parts.db, party.clientId, stage.parts.clock),
      'a deleted client': ({ party }) => deleteClient(accounts(), party.clientId),
    }
    const accounts = () => stage.parts

    for (const [what, end] of Object.entries(ENDINGS))
      it(`changes at once with ${what} [S-1.43]`, async () => {
        const [party, person, visitor] = [
          await app({ first_party: false }),
          await stage.person(),
          stage.visitor(),
        ]
        const { access_token, refresh_token } = await party.tokensFor(person, asked, visitor)
        const refreshed = (await party.refresh(refresh_token, { resource: API })).json() as {
          access_token: string
        }
        const other = await tokensOf(await app(), await stage.person())
        expect(await isRevoked(access_token)).to.equal(false)
        await end({ person, party, visitor, refresh: refresh_token })
        expect(await isRevoked(access_token)).to.equal(true)
        expect(await isRevoked(refreshed.access_token), 'a later token of the family').to.equal(true)
        expect(await isRevoked(other.access_token), 'somebody else').to.equal(false)
      })

    it('is never left behind by a token that is issued while its grant is revoked', async () => {
      const party = await app()
      for (let round = 0; round < 8; round += 1) {
        const { refresh_token } = await tokensOf(party, await stage.person())
        const refreshes = Array.from({ length: 4 }, () => party.refresh(refresh_token, { resource: API }))
        const answers = await Promise.all([...refreshes, party.revoke(refresh_token)])
        const late = await party.refresh(refresh_token, { resource: API })
        expect(late.status, `round ${round}`).to.equal(400)
        const issued = answers.slice(0, 4).filter(({ status }) => status === 200)
        for (const answer of issued)
          expect(await isRevoked(String(answer.json()['access_token'])), answer.text).to.equal(true)
      }
    })

    it('changes for the tokens of a session when it ends, and not for offline access', async () => {
      const [person, visitor] = [await stage.person(), stage.visitor()]
      const bound = await (
        await app()
      ).tokensFor(person, { resource: API, scope: 'openid ledger:read', prompt: undefined }, visitor)
      const offline = await (await app({ first_party: false })).tokensFor(person, asked, visitor)
      await visitor.followForm(await visitor.get('/oauth/logout'), { logout: 'yes' })
      expect(await isRevoked(bound.access_token)).to.equal(true)
      expect(await isRevoked(offline.access_token)).to.equal(false)
    })

    it('reaches the example middleware within its time to live', async () => {
      const party = await app()
      const { access_token, refresh_token } = await tokensOf(party, await stage.person())
      const verify = createVerifier({
        issuer: stage.issuer,
        audience: API,
        jwksUri: `${stage.issuer}/oauth/jwks`,
        statusMaxAgeSeconds: 1,
      })
      const request = { method: 'GET', url: `${API}balance`, authorization: `Bearer ${access_token}` }
      expect((await verify(request)).ok).to.equal(true)
      await party.revoke(refresh_token)
      const revokedAt = Date.now()
      await until(async () => !(await verify(request)).ok, 'the middleware refused')
      expect(Date.now() - revokedAt).to.be.below(60_000)
    })

    it('has a place of its own for each token of every process, also for a machine', async () => {
      const machine = await register(stage, {
        grant_types: ['client_credentials'],
        redirect_uris: [],
        scope: 'ledger:read',
        allowed_resources: [API],
      })
      const answers = await Promise.all(
        Array.from({ length: 60 }, () =>
          machine.call('/oauth/token', { grant_type: 'client_credentials', resource: API }),
        ),
      )
      const tokens = answers.map((answer) => String(answer.json()['access_token']))
      const places = tokens.map((token) => statusOf(token)).map(({ uri, idx }) => `${uri}#${idx}`)
      expect(new Set(places).size).to.equal(60)
      const inOrder = places.map((place) => Number(place.split('#')[1]))
      expect(inOrder, 'the order says nothing').not.to.eql(inOrder.toSorted((a, b) => a - b))
      await disableClient(stage.parts.db, machine.clientId, stage.parts.clock)
      expect(await isRevoked(tokens[7]!)).to.equal(true)
    })
  })
