import { expect } from 'chai'
import { grantRole, revokeRole } from '../../src/accounts/roles.ts'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import type { Account } from '../../src/accounts/account.ts'
import { ADMIN_SCOPES } from '../../src/accounts/roles/admin-scopes.ts'
import type { AdminScope } from '../../src/accounts/roles/admin-scopes.ts'
import { apiIdentifier } from '../../src/operations/scopes.ts'
import { STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { readDocument } from './described.ts'
import { ALL_SCOPES, createCaller } from './caller.ts'
import type { Api } from './caller.ts'

let count = 0
const anyRole = () => `role-${Date.now()}-${(count += 1)}`
const anyAddress = () => `roles-${Date.now()}-${(count += 1)}@example.org`
const CLIENT = { client_name: 'App', redirect_uris: ['https://app.example.com/callback'] }

for (const { name, stage: open } of STAGES)
  describe(`roles over the API, on two processes with ${name}`, () => {
    let stage: Stage
    let api: Api
    let own: string
    before(async () => {
      stage = await open()
      api = await createCaller(stage, ALL_SCOPES)
      own = await api.ownToken()
    })

    const send = (method: string, path: string, token: string, body?: object) =>
      api.call(method, path, { token, ...(body && { body }) })
    async function codeOf(method: string, path: string, token: string, body?: object) {
      const { status, text } = await send(method, path, token, body)
      return `${status} ${text === '' ? '' : (JSON.parse(text) as { code?: string }).code}`
    }
    /** Somebody with a role of these scopes, or with one that there is, and their token for everything. */
    async function holder(scopes: readonly AdminScope[] | string) {
      const role = typeof scopes === 'string' ? scopes : anyRole()
      if (typeof scopes !== 'string') {
        const made = await send('POST', '/roles', own, { name: role, scopes })
        expect(made.status, made.text).to.equal(201)
      }
      const person = await stage.person()
      await grantRole(stage.parts.db, person.id, role)
      return { person, role, token: await api.tokenOf(person) }
    }
    const rolesOf = async ({ id }: Account) =>
      (await send('GET', `/accounts/${id}/roles`, own)).json()['roles'] as string[]

    it('allow exactly the scopes that operations for administrators ask for', async () => {
      const { operations } = await readDocument(stage)
      const asked = operations.filter(({ caller }) => caller === 'administrator').map(({ scope }) => scope)
      expect([...new Set(asked)]).to.have.members([...ADMIN_SCOPES])
    })

    it('are created, read, changed and deleted, and the trail says who did it', async () => {
      const role = anyRole()
      const made = await send('POST', '/roles', own, { name: role, scopes: ['audit:read', 'groups:read'] })
      expect(made.json()).to.deep.include({ name: role, scopes: ['groups:read', 'audit:read'], accounts: 0 })
      expect(made.headers['location']).to.equal(`/api/v1/roles/${role}`)
      const tag = String((await send('GET', `/roles/${role}`, own)).headers['etag'])
      const changed = await send('PATCH', `/roles/${role}`, own, { description: 'Reads the trail' })
      expect(changed.json()).to.include({ description: 'Reads the trail' })
      const late = await api.call('PATCH', `/roles/${role}`, {
        token: own,
        body: { scopes: [] },
        headers: { 'if-match': tag },
      })
      expect(late.status).to.equal(412)
      expect(await codeOf('DELETE', `/roles/${role}`, own)).to.equal('204 ')
      expect(await codeOf('GET', `/roles/${role}`, own)).to.equal('404 role_not_found')
      const trail: { action: string; actor: string; detail: string }[] = await stage.parts
        .db('audit_events')
        .where('action', 'like', 'role.%')
        .orderBy('id')
        .select('action', 'actor', 'detail')
      const ofRole = trail.filter(({ detail }) => JSON.stringify(detail).includes(role))
      expect(ofRole.map(({ action }) => action)).to.eql(['role.created', 'role.changed', 'role.deleted'])
      expect(new Set(ofRole.map(({ actor }) => actor))).to.eql(new Set([`client:${api.party.clientId}`]))
    })

    it('list the built-in one first, and one for support from the start', async () => {
      const { items } = (await send('GET', '/roles', own)).json() as {
        items: { name: string; built_in: boolean; scopes: string[] }[]
      }
      expect(items[0]).to.deep.include({ name: 'admin', built_in: true, scopes: [...ADMIN_SCOPES] })
      expect(items.find((one) => one.name === 'support')).to.deep.include({
        built_in: false,
        scopes: ['accounts:read', 'accounts:support', 'groups:read', 'audit:read'],
      })
      expect(await codeOf('PATCH', '/roles/admin', own, { scopes: [] })).to.equal('409 role_built_in')
      expect(await codeOf('DELETE', '/roles/admin', own)).to.equal('409 role_built_in')
      expect(await codeOf('POST', '/roles', own, { name: 'admin' })).to.equal('409 role_built_in')
    })

    it('let support unlock, end sessions and send a reset, and neither delete nor change roles nor see clients', async () => {
      const { token } = await holder('support')
      const ann = await stage.person()
      const on = (verb: string) => codeOf('POST', `/accounts/${ann.id}/${verb}`, token)
      for (const verb of ['unlock', 'send-reset', 'end-sessions'])
        expect(await on(verb), verb).to.match(/^200/)
      expect(await codeOf('GET', `/accounts/${ann.id}`, token)).to.match(/^200/)
      expect(await on('disable')).to.equal('403 administrator_required')
      expect(await on('reset-factors-now')).to.equal('403 administrator_required')
      expect(await codeOf('DELETE', `/accounts/${ann.id}`, token)).to.equal('403 administrator_required')
      expect(await codeOf('PUT', `/accounts/${ann.id}/roles`, token, { roles: ['support'] })).to.equal(
        '403 administrator_required',
      )
      for (const path of ['/clients', '/roles', '/upstreams', '/resources'])
        expect(await codeOf('GET', path, token), path).to.equal('403 administrator_required')
    })

    it('count at the next request: a role or a scope that was taken away, too [S-3.63]', async () => {
      const { person, role, token } = await holder(['groups:read'])
      expect(await codeOf('GET', '/groups', token)).to.match(/^200/)
      await send('PATCH', `/roles/${role}`, own, { scopes: ['audit:read'] })
      expect(await codeOf('GET', '/groups', token)).to.equal('403 administrator_required')
      expect(await codeOf('GET', '/audit-entries', token)).to.match(/^200/)
      await revokeRole(stage.parts.db, person.id, role)
      expect(await codeOf('GET', '/audit-entries', token)).to.equal('403 administrator_required')
    })

    it('do not widen a token: it allows what its scopes and the roles both allow [S-3.63]', async () => {
      const narrow = await createCaller(stage, ['accounts:read'])
      const { person } = await holder('admin')
      const token = await narrow.tokenOf(person)
      expect(await codeOf('GET', '/accounts?limit=1', token)).to.match(/^200/)
      expect(await codeOf('GET', '/groups', token)).to.equal('403 insufficient_scope')
    })

    it('need no new token: accounts:manage allows what accounts:support does', async () => {
      const before = await createCaller(stage, ['accounts:manage'])
      const ann = await stage.person()
      const token = await before.ownToken()
      expect(await codeOf('POST', `/accounts/${ann.id}/unlock`, token)).to.match(/^200/)
      const { token: held } = await holder(['accounts:manage'])
      expect(await codeOf('POST', `/accounts/${ann.id}/unlock`, held)).to.match(/^200/)
    })

    it('are given and taken only by who may do what they allow [S-3.64]', async () => {
      const lead = await holder([
        'accounts:read',
        'accounts:support',
        'accounts:roles',
        'audit:read',
        'groups:read',
      ])
      const ann = await stage.person()
      const set = (token: string, ...roles: string[]) =>
        codeOf('PUT', `/accounts/${ann.id}/roles`, token, { roles })
      expect(await set(lead.token, 'support')).to.match(/^200/)
      expect(await set(lead.token, 'support', 'admin')).to.equal('403 beyond_your_roles')
      expect(await rolesOf(ann)).to.eql(['support'])
      expect(
        await codeOf('PUT', `/accounts/${lead.person.id}/roles`, lead.token, { roles: ['admin'] }),
      ).to.equal('403 beyond_your_roles')
      const { person: admin } = await holder('admin')
      expect(await codeOf('PUT', `/accounts/${admin.id}/roles`, lead.token, { roles: [] })).to.equal(
        '403 beyond_your_roles',
      )
      expect(await rolesOf(admin)).to.eql(['admin'])
      expect(await set(own, 'nobody')).to.equal('404 role_not_found')
      const narrow = await createCaller(stage, ['accounts:roles'])
      expect(await set(await narrow.ownToken(), 'admin')).to.equal('403 beyond_your_roles')
    })

    it('are defined only by who may do what they allow [S-3.64]', async () => {
      const maker = await holder(['roles:manage', 'audit:read'])
      const role = anyRole()
      const create = (scopes: string[]) => codeOf('POST', '/roles', maker.token, { name: role, scopes })
      expect(await create(['accounts:delete'])).to.equal('403 beyond_your_roles')
      expect(await create(['audit:read'])).to.match(/^201/)
      const change = (at: string, scopes: string[]) =>
        codeOf('PATCH', `/roles/${at}`, maker.token, { scopes })
      expect(await change(role, ['audit:read', 'clients:manage'])).to.equal('403 beyond_your_roles')
      expect(await change(maker.role, ADMIN_SCOPES.slice())).to.equal('403 beyond_your_roles')
      expect(await change('support', ['audit:read'])).to.equal('403 beyond_your_roles')
      expect(await codeOf('DELETE', '/roles/support', maker.token)).to.equal('403 beyond_your_roles')
    })

    it('come with a new account only from who may give them, or there is no account [S-3.64]', async () => {
      const lead = await holder(['accounts:manage', 'accounts:roles', 'audit:read'])
      const email = anyAddress()
      const add = (token: string, ...roles: string[]) =>
        codeOf('POST', '/accounts', token, { email, email_verified: true, roles })
      expect(await add(lead.token, 'admin')).to.equal('403 beyond_your_roles')
      const { token } = await holder(['accounts:manage'])
      expect(await add(token, lead.role)).to.equal('403 beyond_your_roles')
      const narrow = await createCaller(stage, ['accounts:manage'])
      expect(await add(await narrow.ownToken(), lead.role)).to.equal('403 insufficient_scope')
      expect(await add(own, 'support', 'nobody')).to.equal('404 role_not_found')
      const found = async () => findAccountByEmail(stage.parts.db, email)
      expect(await found()).to.equal(undefined)
      expect(await add(lead.token, lead.role)).to.match(/^201/)
      expect(await rolesOf((await found())!)).to.eql([lead.role])
    })

    it('come with an invitation only from who may give them [S-3.64]', async () => {
      const inviter = await holder(['accounts:manage', 'accounts:roles'])
      const invite = (token: string, role: string) =>
        codeOf('POST', '/invitations', token, { email: anyAddress(), role })
      expect(await invite(inviter.token, 'admin')).to.equal('403 beyond_your_roles')
      const { token } = await holder(['accounts:manage'])
      expect(await invite(token, anyRole())).to.equal('403 beyond_your_roles')
      expect(await invite(own, 'admin')).to.match(/^201/)
      expect(await invite(own, 'nobody')).to.equal('404 role_not_found')
    })

    it('protect an account that may do more than who asks: it could be taken over [S-3.65]', async () => {
      const manager = await holder([
        'accounts:read',
        'accounts:manage',
        'accounts:email',
        'accounts:factors',
        'accounts:delete',
      ])
      const { person: admin } = await holder('admin')
      const on = (method: string, verb: string, body?: object) =>
        codeOf(method, `/accounts/${admin.id}${verb}`, manager.token, body)
      expect(await on('GET', '')).to.match(/^200/)
      expect(await on('PATCH', '', { name: 'Mine' })).to.equal('403 beyond_your_roles')
      expect(await on('PUT', '/email', { email: anyAddress() })).to.equal('403 beyond_your_roles')
      for (const verb of ['/disable', '/reset-factors-now', '/end-sessions', '/plan-deletion'])
        expect(await on('POST', verb), verb).to.equal('403 beyond_your_roles')
      expect(await on('DELETE', '')).to.equal('403 beyond_your_roles')
      const equal = await holder(manager.role)
      expect(await codeOf('POST', `/accounts/${equal.person.id}/disable`, manager.token)).to.match(/^200/)
    })

    it('give no client the address of an account that may do more than it [S-3.65]', async () => {
      const client = await createCaller(stage, ['accounts:read', 'accounts:email'])
      const { person: reader } = await holder(['accounts:read'])
      const { person: admin } = await holder('admin')
      const move = async (id: string) =>
        codeOf('PUT', `/accounts/${id}/email`, await client.ownToken(), { email: anyAddress() })
      expect(await move(reader.id)).to.match(/^200/)
      expect(await move(admin.id)).to.equal('403 beyond_your_roles')
    })

    it('reach no further by a client of one’s own [S-3.66]', async () => {
      const builder = await holder(['clients:read', 'clients:manage'])
      const resource = apiIdentifier(stage.issuer)
      const machine = {
        client_name: 'Machine',
        grant_types: ['client_credentials'],
        allowed_resources: [resource],
      }
      const create = (body: object) => codeOf('POST', '/clients', builder.token, body)
      expect(await create(machine)).to.equal('403 beyond_your_roles')
      expect(await create({ ...machine, scope: 'accounts:delete' })).to.equal('403 beyond_your_roles')
      expect(await create({ ...machine, scope: 'clients:read' })).to.match(/^201/)
      expect(await create(CLIENT)).to.match(/^201/)
      const strong = String((await send('POST', '/clients', own, machine)).json()['client_id'])
      expect(await codeOf('POST', `/clients/${strong}/rotate-secret`, builder.token, {})).to.equal(
        '403 beyond_your_roles',
      )
      expect(await codeOf('PATCH', `/clients/${strong}`, builder.token, { client_name: 'Mine' })).to.equal(
        '403 beyond_your_roles',
      )
      const weak = String((await send('POST', '/clients', own, CLIENT)).json()['client_id'])
      const widened = { allowed_resources: [resource], scope: 'openid accounts:manage' }
      expect(await codeOf('PATCH', `/clients/${weak}`, builder.token, widened)).to.equal(
        '403 beyond_your_roles',
      )
    })

    it('that are deleted are gone from every account', async () => {
      const { person, role, token } = await holder(['groups:read'])
      expect(await rolesOf(person)).to.eql([role])
      await send('DELETE', `/roles/${role}`, own)
      expect(await rolesOf(person)).to.eql([])
      expect(await codeOf('GET', '/groups', token)).to.equal('403 administrator_required')
    })

    it('without scopes are for apps alone, and open nothing here', async () => {
      const { token } = await holder([])
      expect(await codeOf('GET', '/accounts', token)).to.equal('403 administrator_required')
    })
  })
