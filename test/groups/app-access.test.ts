import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { updateClient } from '../../src/clients/clients.ts'
import { createGroup, deleteGroup } from '../../src/groups/groups.ts'
import type { Group } from '../../src/groups/groups.ts'
import { addMember, removeMember } from '../../src/groups/members.ts'
import { createResource } from '../../src/resources/resources.ts'
import { answer as answerRequest, errorOf, idOf, registerAsker, requestsOf } from '../protocol/ciba/asker.ts'
import { CIBA_GRANT, rest, signedIn } from '../protocol/ciba/asker.ts'
import { registerApp } from '../protocol/challenge/first-party-app.ts'
import { DEVICE_GRANT } from '../protocol/device/device-code.ts'
import type { Issued } from '../protocol/device/device-code.ts'
import { openExchange } from '../protocol/token-exchange/exchange-stage.ts'
import { register, userinfo } from '../provider/relying-party.ts'
import { PASSWORD, STAGES, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { rejection } from '../accounts/account-world.ts'

const BY = { actor: 'cli' }

for (const { name, stage: open } of STAGES)
  describe(`an app for the members of a group, on two processes with ${name}`, function () {
    let stage: Stage
    let staff: Group
    let member: Account
    let stranger: Account
    let limited: { allowed_groups: string[] }

    before(async () => {
      stage = await open()
      staff = await createGroup(stage.parts, { name: `staff ${Date.now()}` }, BY)
      stranger = await stage.person()
      member = await someMember()
      limited = { allowed_groups: [staff.name] }
    })
    async function someMember(): Promise<Account> {
      const person = await stage.person()
      await addMember(stage.parts, { groupId: staff.id, accountId: person.id }, BY)
      return person
    }
    const leave = ({ id: accountId }: Account) =>
      removeMember(stage.parts, { groupId: staff.id, accountId }, BY)
    const isOpen = async (token: string) => (await userinfo(stage, token)).status === 200

    it('signs members in, and shows others a page that says so [S-1.98]', async () => {
      const app = await register(stage, { ...limited, client_name: 'Payroll' })
      expect(await isOpen((await app.tokensFor(member)).access_token)).to.equal(true)
      const visitor = await signedIn(stage, stranger.email)
      const page = await visitor.get(app.authorizePath({ prompt: undefined }))
      expect(page.heading).to.equal('You don’t have access to Payroll')
      expect(page.text).to.contain(stranger.email).and.to.contain('ask your administrator')
      const back = await visitor.followForm(page, {}, { action: '/cancel' })
      const answer = new URL(back.headers.get('location') ?? '').searchParams
      expect(answer.get('error')).to.equal('access_denied')
      expect(answer.get('error_description')).to.equal('this account may not use this app')
    })

    it('goes on when the person is let in meanwhile, or signs in as somebody else', async () => {
      const app = await register(stage, { ...limited, first_party: true })
      const late = await stage.person()
      const visitor = await signedIn(stage, late.email)
      const path = app.authorizePath({ prompt: undefined })
      const page = await visitor.get(path)
      expect(page.heading).to.contain('have access')
      const other = await visitor.get(`${page.url.pathname}/sign-in${page.url.search}`)
      expect(other.heading).to.equal('Sign in')
      await addMember(stage.parts, { groupId: staff.id, accountId: late.id }, BY)
      await until(
        async () => /[?&]code=/.test((await visitor.get(path)).headers.get('location') ?? ''),
        'the app gets its code',
      )
    })

    it('answers an app that asks for no page with access_denied', async () => {
      const app = await register(stage, limited)
      const visitor = await signedIn(stage, stranger.email)
      const answer = await visitor.get(app.authorizePath({ prompt: 'none' }))
      expect(answer.headers.get('location')).to.contain('error=access_denied')
    })

    it('shows the same page on the way of a device', async () => {
      const tv = await register(stage, {
        ...limited,
        redirect_uris: [],
        grant_types: [DEVICE_GRANT],
        token_endpoint_auth_method: 'none',
      })
      const issued = (await tv.call('/oauth/device', { scope: 'openid' })).json() as Issued
      const visitor = await signedIn(stage, stranger.email)
      const page = await visitor.followForm(await visitor.get('/device'), { user_code: issued.user_code })
      expect(page.heading).to.contain('have access')
      await visitor.followForm(page, {}, { action: '/cancel' })
      const polled = await tv.call('/oauth/token', {
        grant_type: DEVICE_GRANT,
        device_code: issued.device_code,
      })
      expect(errorOf(polled)).to.equal('access_denied')
    })

    it('knows nobody else behind the scenes, and denies who left before the answer', async () => {
      const bank = await registerAsker(stage, limited)
      const ask = (email: string) => bank.call('/oauth/backchannel', { scope: 'openid', login_hint: email })
      expect(errorOf(await ask(stranger.email))).to.equal('unknown_user_id')
      const person = await someMember()
      const id = idOf(await ask(person.email))
      const visitor = await signedIn(stage, person.email)
      const page = await requestsOf(visitor)
      await leave(person)
      await answerRequest(visitor, page, 'allow')
      await rest(stage, id)
      const polled = await bank.call('/oauth/token', { grant_type: CIBA_GRANT, auth_req_id: id })
      expect(errorOf(polled)).to.equal('access_denied')
    })

    it('signs nobody else in at the challenge endpoint', async () => {
      const phone = await registerApp(stage, limited)
      expect(await isOpen((await phone.signIn(member)).access_token)).to.equal(true)
      const refused = await phone.begin({ username: stranger.email, password: PASSWORD })
      expect(refused.json()).to.include({ error: 'access_denied' })
    })

    it('gets no token of somebody else by token exchange', async () => {
      const exchange = await openExchange(stage)
      await exchange.allow()
      const { front, app, gatewayId } = exchange
      const resource = front.resource.identifier
      const asked = { scope: 'openid read', resource }
      const ofMember = (await app.tokensFor(member, asked)).access_token
      const ofStranger = (await app.tokensFor(stranger, asked)).access_token
      await updateClient(stage.parts.db, gatewayId, limited, stage.parts)
      await until(
        async () => (await exchange.exchange({ subject_token: ofStranger })).status === 400,
        'every process knows of the limit',
      )
      await exchange.exchanged({ subject_token: ofMember })
      const refused = await exchange.exchange({ subject_token: ofStranger })
      expect(refused.json()['error_description']).to.contain('may not use this client')
    })

    it('loses the access of a person who leaves, in each kind of token [S-1.99]', async () => {
      const resource = `https://payroll-${Date.now()}.example.com/`
      await createResource(
        stage.parts.db,
        { identifier: resource, scope: 'read', format: 'jwt' },
        stage.parts,
      )
      const app = await register(stage, {
        ...limited,
        scope: 'openid offline_access read',
        allowed_resources: [resource],
      })
      const person = await someMember()
      const opaque = await app.tokensFor(person, { scope: 'openid offline_access' })
      const code = await app.codeFor(person, { scope: 'openid' })
      const jwt = await app.tokensFor(person, { scope: 'openid offline_access read', resource })
      const isActive = async (token: string) => (await app.introspect(token)).json()['active']
      expect(await isActive(jwt.access_token)).to.equal(true)
      const fromMs = Date.now()
      await leave(person)
      await until(
        async () =>
          !(await isOpen(opaque.access_token)) &&
          (await isActive(jwt.access_token)) === false &&
          (await app.refresh(opaque.refresh_token)).status === 400 &&
          (await app.refresh(jwt.refresh_token)).status === 400,
        'the access has ended',
      )
      expect(Date.now() - fromMs, 'the time that an operator is promised').to.be.below(60_000)
      expect(errorOf(await app.redeem(code))).to.equal('invalid_grant')
    })

    it('keeps the access of a person who is in another of its groups', async () => {
      const second = await createGroup(stage.parts, { name: `night ${Date.now()}` }, BY)
      const app = await register(stage, { allowed_groups: [staff.id, second.id] })
      const person = await someMember()
      await addMember(stage.parts, { groupId: second.id, accountId: person.id }, BY)
      const { access_token: token, refresh_token: refresh } = await app.tokensFor(person)
      await leave(person)
      expect((await app.refresh(refresh)).status).to.equal(200)
      expect(await isOpen(token)).to.equal(true)
    })

    it('ends what others have when it is limited, and nothing of its members', async () => {
      const app = await register(stage)
      const [theirs, ours] = [await app.tokensFor(stranger), await app.tokensFor(member)]
      await updateClient(stage.parts.db, app.clientId, limited, stage.parts)
      await until(
        async () =>
          !(await isOpen(theirs.access_token)) && (await app.refresh(theirs.refresh_token)).status === 400,
        'the access of others has ended',
      )
      expect(await isOpen(ours.access_token)).to.equal(true)
      const { allowed_groups: kept } = await updateClient(
        stage.parts.db,
        app.clientId,
        { allowed_groups: null },
        stage.parts,
      )
      expect(kept).to.equal(undefined)
      await until(
        async () => (await app.tokensFor(stranger).catch(() => undefined)) !== undefined,
        'everybody may use it again',
      )
    })

    it('names groups by name or id, keeps their ids, and refuses what is not there', async () => {
      const app = await register(stage, { allowed_groups: [staff.name.toUpperCase(), staff.id] })
      expect(app.client.allowed_groups).to.eql([staff.id])
      const refused = await rejection(register(stage, { allowed_groups: ['nobody here'] }))
      expect(refused).to.include({ code: 'invalid_client_metadata' })
      expect((refused as Error).message).to.contain('"nobody here"')
    })

    it('holds its group: it cannot be deleted before the app lets go of it', async () => {
      const group = await createGroup(stage.parts, { name: `held ${Date.now()}` }, BY)
      const app = await register(stage, { client_name: 'Holder', allowed_groups: [group.id] })
      const refused = await rejection(deleteGroup(stage.parts, group.id, BY))
      expect(refused).to.include({ code: 'group_in_use', status: 409 })
      expect((refused as Error).message).to.contain(`Holder (${app.clientId})`)
      await updateClient(stage.parts.db, app.clientId, { allowed_groups: null }, stage.parts)
      await deleteGroup(stage.parts, group.id, BY)
    })
  })
