/** For each operation of the JSON API a request that succeeds, made anew each time, and others for its own refusals. */
import type { Account } from '../../src/accounts/account.ts'
import { grantRole } from '../../src/accounts/roles.ts'
import { anyAddress, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { codeIn, linkIn } from '../support/letter.ts'
import { addTrusted } from '../factors/trusted.ts'
import { ALL_SCOPES, createCaller } from './caller.ts'
import { accessRequests } from './access-requests.ts'
import { clientRequests } from './client-requests.ts'
import { factorRequests } from './factor-requests.ts'
import { roleRequests } from './role-requests.ts'
import { groupRefusals } from './group-requests.ts'
import { lifeRequests } from './life-requests.ts'
import { operatorRequests } from './operator-requests.ts'
import { pictureRequests } from './picture-requests.ts'
import type { SentFile } from './picture-requests.ts'
import { upstreamRequests } from './upstream-requests.ts'
import { registrationRequests } from './registration-requests.ts'

export type Request = { path: string; token: string; body?: Record<string, unknown>; file?: SentFile }
type Make = () => Promise<Request>

const NEXT = 'seven purple kettles'
let count = 0
const anyEmail = () => `status-${(count += 1)}-${Date.now()}@example.org`
const anyGroup = () => `status-${(count += 1)}-${Date.now()}`

export async function goodRequests(stage: Stage) {
  const api = await createCaller(stage, ALL_SCOPES)
  const own = await api.ownToken()
  const { db } = stage.parts

  async function signedIn(given: { verified?: boolean } = {}): Promise<{ person: Account; token: string }> {
    const person = await stage.person()
    const token = await api.tokenOf(person)
    if (given.verified === false)
      await db('accounts').where({ id: person.id }).update({ emailVerifiedAtMs: null })
    return { person, token }
  }
  const asPerson =
    (path: string, body?: Record<string, unknown>): Make =>
    async () => ({ path, token: (await signedIn()).token, ...(body && { body }) })
  const asProgram = async (path: string, body: Record<string, unknown>): Promise<Request> => ({
    path,
    token: own,
    body: { ...body, ...(path !== '/accounts/check' && { ip: anyAddress() }) },
  })
  const onAccount =
    (verb = '', body?: Record<string, unknown>): Make =>
    async () => ({ path: `/accounts/${(await stage.person()).id}${verb}`, token: own, ...(body && { body }) })
  async function created(path: string, body: Record<string, unknown>) {
    return (await api.call('POST', path, { token: own, body })).json()
  }
  const onGroup =
    (verb = '', body?: Record<string, unknown>): Make =>
    async () => {
      const { id } = await created('/groups', { name: anyGroup() })
      return { path: `/groups/${String(id)}${verb}`, token: own, ...(body && { body }) }
    }
  async function mailed(to: string, subject: RegExp, page: string) {
    const mail = await stage.waitForMail(to, subject)
    return { code: codeIn(mail), token: new URL(linkIn(mail, page)).searchParams.get('token')! }
  }
  async function joining() {
    const email = anyEmail()
    await api.call('POST', '/registrations', await asProgram('', { email, password: PASSWORD }))
    const { token } = await mailed(email, /^Activate/, '/activate')
    return asProgram('/registrations/verify', { token, password: PASSWORD })
  }
  async function resetting() {
    const { email } = await stage.person()
    await api.call('POST', '/password-resets', await asProgram('', { email }))
    const given = await mailed(email, /^Reset/, '/reset')
    return asProgram('/password-resets/complete', { ...given, new_password: NEXT })
  }
  async function verifying() {
    const { person, token } = await signedIn({ verified: false })
    await api.call('POST', '/account/resend', { token })
    const { code } = await mailed(person.email, /^Activate/, '/activate')
    return { path: '/account/verify', token, body: { code } }
  }
  async function ofSession() {
    const { person, token } = await signedIn()
    await api.tokenOf(person)
    const { items } = (await api.call('GET', '/account/sessions', { token })).json() as {
      items: { id: string; current: boolean }[]
    }
    return { path: `/account/sessions/${items.find(({ current }) => !current)!.id}`, token }
  }
  async function ofTrustedBrowser() {
    const { person, token } = await signedIn()
    return { path: `/account/trusted-browsers/${await addTrusted(db, person.id)}`, token }
  }
  async function ofApp() {
    const { person, token } = await signedIn()
    const other = await createCaller(stage, ['account:read'])
    await other.tokenOf(person)
    return { path: `/account/apps/${other.party.clientId}`, token }
  }
  const mistyped = { path: '/account/password', body: { current_password: 'wrong', new_password: NEXT } }
  // A block lasts five minutes, which a busy machine may need for all requests.
  let latest = { token: Promise.resolve(''), untilMs: 0 }
  const blocked = () => {
    if (Date.now() > latest.untilMs) latest = { token: block(), untilMs: Date.now() + 60_000 }
    return latest.token
  }
  /** The token of somebody who mistyped the password too often. */
  async function block(): Promise<string> {
    const { token } = await signedIn()
    for (let n = 0; n < 15; n += 1) await api.call('POST', mistyped.path, { ...mistyped, token })
    return token
  }
  /** Somebody is the only administrator while the request is sent. */
  async function onlyAdministrator() {
    const person = await stage.person()
    await db('account_roles').delete()
    await grantRole(db, person.id, 'admin')
    return person.id
  }

  const ofRegistrations = registrationRequests(stage, { token: own, created })
  const ofFactors = factorRequests(stage, { signedIn, blocked, api })
  const ofUpstreams = upstreamRequests(stage, { own, created })
  const ofLife = lifeRequests(stage, { signedIn, blocked, anyEmail, own })
  const ofPictures = pictureRequests(stage, { signedIn, own })
  const ofClients = clientRequests(stage, { own, created })
  const ofOperators = operatorRequests(stage, { own })
  const good: Record<string, Make> = {
    ...ofOperators.good,
    ...ofClients.good,
    ...ofFactors.good,
    ...accessRequests(stage, { signedIn, own }),
    ...ofPictures.good,
    ...roleRequests({ own, created }).good,
    ...ofLife.good,
    ...ofUpstreams.good,
    getOwnAccount: asPerson('/account'),
    updateOwnAccount: asPerson('/account', { name: 'Ann' }),
    changeOwnPassword: asPerson('/account/password', { current_password: PASSWORD, new_password: NEXT }),
    verifyOwnAddress: verifying,
    resendOwnActivation: asPerson('/account/resend'),
    listOwnSessions: asPerson('/account/sessions'),
    endOwnSession: ofSession,
    endOtherSessions: asPerson('/account/sessions/end-others'),
    listOwnTrustedBrowsers: asPerson('/account/trusted-browsers'),
    endOwnTrustedBrowser: ofTrustedBrowser,
    endOwnTrustedBrowsers: asPerson('/account/trusted-browsers/end-all'),
    listOwnSignIns: asPerson('/account/sign-ins'),
    listOwnApps: asPerson('/account/apps'),
    revokeOwnApp: ofApp,
    listAccounts: async () => ({ path: '/accounts', token: own }),
    createAccount: async () => ({ path: '/accounts', token: own, body: { email: anyEmail() } }),
    getAccount: onAccount(),
    updateAccount: onAccount('', { name: 'Ann' }),
    deleteAccount: onAccount(),
    checkUser: async () => asProgram('/accounts/check', { login: (await stage.person()).email }),
    disableAccount: onAccount('/disable'),
    enableAccount: onAccount('/enable'),
    unlockAccount: onAccount('/unlock'),
    endAccountSessions: onAccount('/end-sessions'),
    sendAccountReset: onAccount('/send-reset'),
    getAccountFactors: onAccount('/factors'),
    resetAccountFactors: onAccount('/reset-factors'),
    resetAccountFactorsNow: onAccount('/reset-factors-now'),
    keepAccountFactors: onAccount('/keep-factors'),
    getAccountRoles: onAccount('/roles'),
    setAccountRoles: onAccount('/roles', { roles: ['admin'] }),
    registerAccount: () => asProgram('/registrations', { email: anyEmail(), password: PASSWORD }),
    resendActivation: () => asProgram('/registrations/resend', { email: anyEmail() }),
    verifyRegistration: joining,
    requestReset: () => asProgram('/password-resets', { email: anyEmail() }),
    completeReset: resetting,
    ...ofRegistrations.good,
    listGroups: async () => ({ path: '/groups', token: own }),
    listAuditEntries: async () => ({ path: '/audit-entries', token: own }),
    getAuditEntry: async () => {
      const [row] = await db('audit_events').orderBy('id', 'desc').limit(1).select('id')
      return { path: `/audit-entries/${String(row?.id)}`, token: own }
    },
    createGroup: async () => ({ path: '/groups', token: own, body: { name: anyGroup() } }),
    getGroup: onGroup(),
    updateGroup: onGroup('', { description: 'At night' }),
    deleteGroup: onGroup(),
    listGroupMembers: onGroup('/members'),
    addGroupMember: async () => ({
      ...(await onGroup('/members')()),
      body: { account_id: (await stage.person()).id },
    }),
    removeGroupMember: async () => {
      const { path, token } = await onGroup('/members')()
      const { id } = await stage.person()
      await api.call('POST', path, { token, body: { account_id: id } })
      return { path: `${path}/${id}`, token }
    },
    listAccountGroups: onAccount('/groups'),
    listOwnGroups: asPerson('/account/groups'),
    listOwnUpstreams: asPerson('/account/upstreams'),
  }

  const taken = async (request: Request): Promise<Request> => {
    const username = `taken-${(count += 1)}-${Date.now()}`
    await created('/accounts', { email: anyEmail(), username })
    return { ...request, body: { username } }
  }
  const twice = async (id: string): Promise<Request> => {
    const request = await good[id]!()
    await api.call('POST', request.path, request)
    return request
  }
  const ofGroups = groupRefusals({ own, created, anyGroup, twice, good, db })
  /** Refusals that only some operations have: by operation and status. */
  const refused: Record<string, Make> = {
    ...ofOperators.refused,
    ...ofClients.refused,
    ...ofFactors.refused,
    ...ofPictures.refused,
    ...roleRequests({ own, created }).refused,
    ...ofLife.refused,
    ...ofUpstreams.refused,
    ...ofRegistrations.refused,
    'updateOwnAccount 404': async () => {
      const { person, token } = await signedIn()
      await api.call('GET', '/account', { token })
      // Not as the server does it: the account cache does not know of it.
      await db('accounts').where({ id: person.id }).delete()
      return { path: '/account', token, body: { name: 'Ann' } }
    },
    'updateOwnAccount 409': async () => taken(await good['updateOwnAccount']!()),
    'createAccount 404': async () => ({
      path: '/accounts',
      token: own,
      body: { email: anyEmail(), roles: ['nobody'] },
    }),
    'updateAccount 409': async () => taken(await good['updateAccount']!()),
    'changeOwnPassword 422': asPerson('/account/password', { current_password: 'wrong', new_password: NEXT }),
    'changeOwnPassword 429': async () => ({ ...mistyped, token: await blocked() }),
    'verifyOwnAddress 422': async () => ({ ...(await verifying()), body: { code: 'AAAA-AAAA' } }),
    ...ofGroups,
    'getAuditEntry 404': async () => ({ path: '/audit-entries/0', token: own }),
    'checkUser 404': () => asProgram('/accounts/check', { login: 'nobody' }),
    'deleteAccount 409': async () => ({ path: `/accounts/${await onlyAdministrator()}`, token: own }),
    'disableAccount 409': async () => ({
      path: `/accounts/${await onlyAdministrator()}/disable`,
      token: own,
    }),
    'setAccountRoles 409': async () => ({
      path: `/accounts/${await onlyAdministrator()}/roles`,
      token: own,
      body: { roles: [] },
    }),
    'sendAccountReset 409': async () => {
      const { id } = await stage.person()
      await api.call('POST', `/accounts/${id}/disable`, { token: own })
      return { path: `/accounts/${id}/send-reset`, token: own }
    },
    'verifyRegistration 409': () => twice('verifyRegistration'),
    'completeReset 409': () => twice('completeReset'),
    'verifyRegistration 422': () => asProgram('/registrations/verify', { token: 'x', password: PASSWORD }),
    'completeReset 422': () =>
      asProgram('/password-resets/complete', { token: 'x', code: 'x', new_password: NEXT }),
  }
  return { api, good, refused }
}
