/** Every operation of the JSON API that changes something, with the events of one call, or the reason why it has none. */
import { expect } from 'chai'
import { createCaller } from '../api/caller.ts'
import { codeIn } from '../support/letter.ts'
import type { EventType } from '../../src/events/event-types.ts'
import { TEST_PASSWORD } from '../support/running-server.ts'
import type { Change, Changes } from './prepared-subjects.ts'
import type { EventWorld } from './event-world.ts'

const CHOSEN = 'seven bridges over one river'
const MAIL_ONLY = { none: 'Only a mail is sent.' }

let people = 0
const somebody = () => `caller-${(people += 1)}@example.org`

async function program(world: EventWorld) {
  const api = await createCaller(world, ['accounts:register'])
  const token = await api.ownToken()
  return async (path: string, body: Record<string, unknown>) => {
    const ip = '192.0.2.10'
    const headers = { 'idempotency-key': somebody() }
    const answer = await api.call('POST', path, { token, headers, body: { ...body, ip } })
    expect(answer.status, answer.text).to.be.within(200, 299)
  }
}

async function register(world: EventWorld, call: Awaited<ReturnType<typeof program>>) {
  const email = somebody()
  await world.taken()
  await call('/registrations', { email, password: CHOSEN, name: 'Ada' })
  return email
}

export const API_CHANGES: Changes = {
  registerAccount: {
    run: async (world) => register(world, await program(world)),
    events: ['account.created'],
  },
  resendActivation: MAIL_ONLY,
  verifyRegistration: {
    async run(world) {
      const call = await program(world)
      const email = await register(world, call)
      const code = codeIn(await world.waitForMail(email))
      await world.taken()
      await call('/registrations/verify', { email, code, password: CHOSEN })
    },
    events: ['account.activated'],
  },
  requestReset: MAIL_ONLY,
  completeReset: {
    async run(world) {
      const call = await program(world)
      const { email } = await world.createAccount()
      await call('/password-resets', { email })
      const code = codeIn(await world.waitForMail(email, /^Reset/))
      await world.taken()
      await call('/password-resets/complete', { email, code, new_password: CHOSEN })
    },
    events: ['account.password_changed'],
  },
  updateOwnAccount: byOwner('PATCH', () => '/account', ['account.changed'], { given_name: 'Ann' }),
  changeOwnPassword: byOwner('POST', () => '/account/password', ['account.password_changed'], {
    current_password: TEST_PASSWORD,
    new_password: CHOSEN,
  }),
  addOwnPassword: { none: 'Calls the function of the form `/account/security/password`.' },
  endOwnSession: byOwner('DELETE', ({ session }) => `/account/sessions/${session}`, ['session.ended']),
  endOwnTrustedBrowser: { none: 'Calls the function of the form `/account/sessions/trusted/end`.' },
  endOwnTrustedBrowsers: { none: 'Calls the function of the form `/account/sessions/trusted/end-all`.' },
  endOtherSessions: byOwner('POST', () => '/account/sessions/end-others', ['account.signed_out_elsewhere']),
  revokeOwnApp: byOwner('DELETE', ({ app }) => `/account/apps/${app}`, ['consent.revoked']),
  setOwnPicture: { none: 'Calls the function of the form `/account/picture`.' },
  removeOwnPicture: { none: 'Calls the function of the form `/account/picture/remove`.' },
  verifyOwnAddress: { none: 'Calls the function of the form `/account/verify`.' },
  resendOwnActivation: MAIL_ONLY,
  beginOwnTotp: { none: 'Nothing is a factor before a code of it is right.' },
  confirmOwnTotp: { none: 'Calls the function of the form `/account/security/app/confirm`.' },
  removeOwnTotp: { none: 'Calls the function of the form `/account/security/app/remove`.' },
  renewOwnRecoveryCodes: { none: 'Calls the function of the form `/account/security/codes/renew`.' },
  renameOwnPasskey: { none: 'Only the owner sees the name.' },
  removeOwnPasskey: { none: 'Calls the function of the form `/account/security/passkeys/:id/remove`.' },
  requestOwnEmail: MAIL_ONLY,
  confirmOwnEmail: { none: 'Calls the function of the form `/account/email/confirm`.' },
  cancelOwnEmail: { none: 'Only a mail loses its effect.' },
  exportOwnData: { none: 'Nothing of the account changes.' },
  deleteOwnAccount: { none: 'Calls the function of the form `/account/delete`.' },
  checkUser: { none: 'Reads.' },
}

type Owned = { session: string; app: string }

/** One call with the token of a person, who is signed in elsewhere too and has allowed an app something. */
function byOwner(
  method: string,
  path: (owned: Owned) => string,
  events: readonly EventType[],
  body?: Record<string, unknown>,
): Change {
  return {
    async run(world) {
      const api = await createCaller(world, ['account:write'])
      const person = await world.createAccount()
      const token = await api.tokenOf(person.account)
      await world.visitor().signIn(person)
      const elsewhere = (await world.taken()).findLast(({ type }) => type === 'session.started')
      const owned = { session: String(elsewhere?.data['session_id']), app: api.party.clientId }
      const answer = await api.call(method, path(owned), { token, body })
      expect(answer.status, answer.text).to.be.within(200, 299)
    },
    events,
  }
}
