/** The forms of one's passkeys, with the events of one submission, or the reason why they have none. */
import type { CreationOptions } from '../../src/passkeys/options.ts'
import { passkeysOf } from '../../src/accounts/passkeys/passkey.ts'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import { CHOSEN } from './page-people.ts'
import { addKey, askedOn, givePasskey } from '../passkeys/on-pages.ts'
import { softwareKey } from '../passkeys/software-key.ts'
import type { Changes } from './prepared-subjects.ts'
import type { EventWorld } from './event-world.ts'

const PATH = '/account/security/passkeys'

async function signedIn(world: EventWorld) {
  const { account, email, password } = await world.createAccount()
  const visitor = world.visitor()
  await visitor.signIn({ email, password })
  return { account, visitor }
}

export const PASSKEY_CHANGES: Changes = {
  [`${PATH}/new`]: {
    async run(world) {
      const { visitor } = await signedIn(world)
      const page = await visitor.get(`${PATH}/new`)
      const options = askedOn(page) as unknown as CreationOptions['options']
      const passkey = softwareKey({ origin: world.issuer }).create({ options })
      await world.taken()
      await visitor.followForm(page, { passkey }, { action: `${PATH}/new` })
    },
    events: ['account.factors_changed'],
  },
  '/account/security/password': {
    async run(world) {
      const { account, visitor } = await signedIn(world)
      const key = await addKey(world.parts, account.id)
      await updateAccount(world.parts.db, { id: account.id }, { passwordHash: null })
      const asked = await visitor.get('/account/security/password')
      const shown = await givePasskey(visitor, asked, key)
      await world.taken()
      await visitor.followForm(shown, { newPassword: CHOSEN }, { action: '/security/password' })
    },
    events: ['account.password_changed'],
  },
  [`${PATH}/:id`]: { none: 'Only the owner sees the name.' },
  [`${PATH}/:id/remove`]: {
    async run(world) {
      const { account, visitor } = await signedIn(world)
      const key = await addKey(world.parts, account.id)
      const [{ id } = { id: '' }] = await passkeysOf(world.parts.db, account.id)
      const path = `${PATH}/${id}/remove`
      const asked = await visitor.get(path)
      // Within the second of the sign-in nothing more is asked for.
      const shown = asked.url.pathname === path ? asked : await givePasskey(visitor, asked, key)
      await world.taken()
      await visitor.followForm(shown, {}, { action: path })
    },
    events: ['account.factors_changed'],
  },
}
