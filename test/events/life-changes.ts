/** The forms of a change of address and of a deletion, with the events of one submission, or the reason why they have none. */
import { codeIn, linkIn } from '../support/letter.ts'
import type { Changes } from './prepared-subjects.ts'
import type { EventWorld } from './event-world.ts'

const MAIL_ONLY = { none: 'Only mails are sent.' }
const PATH = '/account/email'

let addresses = 0

/** Somebody who asked for a new address, and its mail. */
async function asked(world: EventWorld) {
  const person = await world.createAccount()
  const visitor = world.visitor()
  await visitor.signIn(person)
  const email = `new-address-${(addresses += 1)}@example.org`
  const page = await visitor.followForm(await visitor.get(PATH), { email }, { action: PATH })
  return { ...person, visitor, page, mail: await world.waitForMail(email, /^Confirm/) }
}

export const LIFE_CHANGES: Changes = {
  '/account/email': MAIL_ONLY,
  '/account/email/cancel': { none: 'The account is as it was. Only a mail loses its effect.' },
  '/account/email/confirm': {
    async run(world) {
      const { visitor, page, mail } = await asked(world)
      await world.taken()
      await visitor.followForm(page, { code: codeIn(mail) }, { action: '/email/confirm' })
    },
    events: ['account.changed'],
  },
  '/confirm-email': {
    async run(world) {
      const { mail } = await asked(world)
      const elsewhere = world.visitor()
      const page = await elsewhere.get(linkIn(mail, '/confirm-email'))
      await world.taken()
      await elsewhere.followForm(page, { code: codeIn(mail) })
    },
    events: ['account.changed'],
  },
  '/undo-email': {
    async run(world) {
      const { visitor, mail, email } = await asked(world)
      await visitor.get(linkIn(mail, '/confirm-email'))
      const page = await visitor.get(linkIn(await world.waitForMail(email, /was changed$/), '/undo-email'))
      await world.taken()
      await visitor.followForm(page, {})
    },
    events: ['account.changed'],
  },
  '/account/delete': {
    async run(world) {
      const person = await world.createAccount()
      const visitor = world.visitor()
      await visitor.signIn(person)
      const page = await visitor.get('/account/delete')
      await world.taken()
      await visitor.followForm(page, {}, { action: '/account/delete' })
    },
    events: ['account.deletion_requested'],
  },
}
