import { expect } from 'chai'
import { disableClient } from '../../../src/clients/clients.ts'
import type { PolicyInput } from '../../../src/protocol/registration/registration-policy.ts'
import { challengeOf, signIn, userinfo, VERIFIER } from '../../provider/relying-party.ts'
import { STAGES, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { basic } from '../../provider/send.ts'
import { lockWaits } from '../../support/lock-waits.ts'
import { APP as app, CALLBACK, createRegistrar } from './registrar.ts'
import type { Registered } from './registrar.ts'

for (const { name, stage: openStage } of STAGES) {
  describe(`the management of registered clients (RFC 7592) on ${name}`, function () {
    let stage: Stage
    let registrar: ReturnType<typeof createRegistrar>

    before(async () => {
      stage = await openStage()
      registrar = createRegistrar(stage)
    })

    const registered = (body?: object, policy?: PolicyInput) => registrar.registered(body, policy)

    const works = async ({ client_id }: Registered, secret: string | undefined) => {
      const form = { token: 'nothing' }
      return (await stage.send({ to: '/oauth/introspect', form, headers: basic(client_id, secret ?? '') }))
        .status
    }

    it('reads the record, without a secret that is stored as a digest', async () => {
      const made = await registered()
      const { status, body } = await registrar.manage(made, { method: 'GET' })
      expect(status).to.equal(200)
      expect(body).to.include({ client_id: made.client_id, client_name: 'Notes' })
      expect(JSON.stringify(body)).not.to.match(/sha256:|"client_secret"/)
    })

    it('replaces the whole record, keeps the secret and exchanges the token', async () => {
      const made = await registered({ ...app, client_uri: 'https://app.example.com/' })
      const { client_id, client_secret } = made
      const changes = { client_id, client_secret, client_name: 'Diary', redirect_uris: [`${CALLBACK}/2`] }
      const { status, body } = await registrar.manage(made, { method: 'PUT', body: changes })
      expect(status, JSON.stringify(body)).to.equal(200)
      expect(body).to.deep.include({ client_name: 'Diary', redirect_uris: [`${CALLBACK}/2`] })
      expect(body).not.to.have.property('client_uri')
      expect(body.registration_access_token).not.to.equal(made.registration_access_token)
      expect((await registrar.manage(made, { method: 'GET' })).status, 'the old token').to.equal(401)
      expect((await registrar.manage(body, { method: 'GET' })).status).to.equal(200)
      expect(await works(made, client_secret)).to.equal(200)
    })

    it('takes one of several updates with one token, and refuses the others with 401', async () => {
      const made = await registered()
      const { client_id } = made
      const names = Array.from({ length: 6 }, (_, index) => `Notes ${index}`)
      const replies = await Promise.all(
        names.map((client_name) =>
          registrar.manage(made, { method: 'PUT', body: { ...app, client_id, client_name } }),
        ),
      )
      const inOrder = replies.toSorted((a, b) => a.status - b.status)
      expect(inOrder.map(({ status }) => status)).to.eql([200, 401, 401, 401, 401, 401])
      const [taken, ...others] = inOrder
      for (const { body } of others) expect(body).to.include({ error: 'invalid_token' })
      const read = await registrar.manage(taken!.body, { method: 'GET' })
      expect([read.status, read.body['client_name']]).to.eql([200, taken!.body['client_name']])
    })

    it('refuses an update with another id, a wrong secret, the stored digest, or fields that are not its own', async () => {
      const made = await registered()
      const { client_id } = made
      const [row] = await stage.parts.db('clients').where({ clientId: client_id })
      const wrong = [
        { client_id: 'another' },
        { client_id, client_secret: 'wrong' },
        { client_id, client_secret: `sha256:${row.secretHash}` },
        { client_id, registration_access_token: made.registration_access_token },
        { client_id, client_id_issued_at: 1 },
      ]
      for (const fields of wrong) {
        const { status } = await registrar.manage(made, { method: 'PUT', body: { ...app, ...fields } })
        expect(status, JSON.stringify(fields)).to.equal(400)
      }
      expect(await works(made, made.client_secret)).to.equal(200)
    })

    it('issues a new secret when the method needs it raw, and none to a public client', async () => {
      const made = await registered()
      const { client_id } = made
      const put = (current: Registered, method: string) =>
        registrar.manage(current, {
          method: 'PUT',
          body: { ...app, client_id, token_endpoint_auth_method: method },
        })
      const signing = await put(made, 'client_secret_jwt')
      expect(signing.body.client_secret)
        .to.match(/^[\w-]{43}$/)
        .and.not.to.equal(made.client_secret)
      const open = await put(signing.body, 'none')
      expect(open.body).not.to.have.property('client_secret')
      expect(open.body['token_endpoint_auth_method']).to.equal('none')
    })

    it('deletes the client, which is unknown from then on', async () => {
      const made = await registered()
      expect((await registrar.manage(made, { method: 'DELETE' })).status).to.equal(204)
      expect((await registrar.manage(made, { method: 'GET' })).status).to.equal(401)
      expect(await stage.parts.db('clients').where({ clientId: made.client_id })).to.eql([])
    })

    it('ends the grants of the client when it is deleted', async () => {
      const made = await registered()
      const { client_id } = made
      const request = new URLSearchParams({
        client_id,
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: 'openid offline_access',
        prompt: 'consent',
        code_challenge: challengeOf(VERIFIER),
        code_challenge_method: 'S256',
      })
      const back = await signIn(stage.visitor(), `/oauth/authorize?${request}`, await stage.person())
      const headers = basic(client_id, made.client_secret ?? '')
      const code = back.searchParams.get('code') ?? ''
      const form = {
        grant_type: 'authorization_code',
        redirect_uri: CALLBACK,
        code_verifier: VERIFIER,
        code,
      }
      const tokens = (await stage.send({ to: '/oauth/token', form, headers })).json()
      const [access, refresh_token] = [String(tokens['access_token']), String(tokens['refresh_token'])]
      expect((await userinfo(stage, access)).status).to.equal(200)

      await registrar.manage(made, { method: 'DELETE' })
      const again = { grant_type: 'refresh_token', refresh_token }
      const refresh = () => stage.send({ to: '/oauth/token', form: again, headers })
      // Two requests in a row go to both processes, and the second hears of it a moment later.
      const ask = () => userinfo(stage, access)
      const answers = async () => [await refresh(), await refresh(), await ask(), await ask()]
      await until(
        async () => (await answers()).every(({ status }) => status === 401),
        'both have heard of it',
      )
      const refused = await refresh()
      expect([refused.status, refused.json()['error']]).to.eql([401, 'invalid_client'])
    })

    it('opens no other client, and none that is disabled [S-1.87][S-6.13]', async () => {
      const [mine, theirs] = [await registered(), await registered()]
      const { registration_client_uri } = theirs
      for (const method of ['GET', 'DELETE'])
        expect(
          (await registrar.manage({ ...mine, registration_client_uri }, { method })).status,
          method,
        ).to.equal(401)
      expect((await registrar.manage(theirs, { method: 'GET' })).status).to.equal(200)
      await disableClient(stage.parts.db, theirs.client_id, stage.parts.clock)
      expect((await registrar.manage(theirs, { method: 'GET' })).status).to.equal(401)
    })

    // Held by a lock, which SQLite does not have.
    if (name !== 'SQLite')
      it('refuses an update when the client is deleted before it is written [S-5.28]', async () => {
        const made = await registered()
        const { client_id } = made
        const { db } = stage.parts
        const trx = await db.transaction()
        await trx('clients').where({ clientId: client_id }).delete()
        const update = registrar.manage(made, { method: 'PUT', body: { ...app, client_id } })
        await until(async () => (await lockWaits(db, 'clients')) > 0, 'the update waits for the deletion')
        await trx.commit()
        const { status, body } = await update
        expect(status, JSON.stringify(body)).to.equal(401)
        expect(body).to.include({ error: 'invalid_token' })
        expect(await db('clients').where({ clientId: client_id })).to.eql([])
        const isTold = (line: string) =>
          line.includes('registration_update.error') && line.includes(client_id)
        await until(() => stage.log().split('\n').some(isTold), 'the refusal is in the log')
      })

    it('answers any request at the moment of the deletion', async () => {
      const all = await Promise.all(Array.from({ length: 10 }, () => registered()))
      const replies = await Promise.all(
        all.flatMap((made) => [
          registrar.manage(made, { method: 'PUT', body: { ...app, client_id: made.client_id } }),
          registrar.manage(made, { method: 'GET' }),
          registrar.manage(made, { method: 'DELETE' }),
          registrar.manage(made, { method: 'PUT', body: { ...app, client_id: made.client_id } }),
          registrar.manage(made, { method: 'DELETE' }),
          registrar.manage(made, { method: 'GET' }),
        ]),
      )
      for (const { status, body } of replies)
        expect(status, JSON.stringify(body)).to.be.oneOf([200, 204, 401])
    })

    it('manages nothing that an operator registered', async () => {
      const { client_id } = await stage.createClient(app)
      const made = await registered()
      const uri = `${stage.issuer}/oauth/register/${client_id}`
      for (const method of ['GET', 'DELETE']) {
        const current = { ...made, registration_client_uri: uri }
        expect((await registrar.manage(current, { method })).status, method).to.equal(401)
      }
      expect(await stage.parts.db('clients').where({ clientId: client_id })).to.have.length(1)
    })
  })
}
