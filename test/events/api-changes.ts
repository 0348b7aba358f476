/** Every operation of the JSON API that changes something, with the events of one call, or the reason why it has none. */
import { expect } from 'chai'
import { createCaller } from '../api/caller.ts'
import { codeIn } from '../support/letter.ts'
import type { Changes } from './command-changes.ts'
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
  updateOwnAccount: {
    async run(world) {
      const api = await createCaller(world, ['account:write'])
      const { account } = await world.createAccount()
      const token = await api.tokenOf(account)
      await world.taken()
      const answer = await api.call('PATCH', '/account', { token, body: { given_name: 'Ann' } })
      expect(answer.status, answer.text).to.equal(200)
    },
    events: ['account.changed'],
  },
}
