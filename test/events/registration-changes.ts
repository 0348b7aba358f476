/** The commands about invitations, and about accounts that wait for an approval. */
import { disableAccount } from '../../src/accounts/account-state.ts'
import { inTransaction } from '../../src/platform/sql/database.ts'
import { noteWaiting } from '../../src/accounts/registrations/approvals.ts'
import type { Change, Changes, Prepare } from './prepared-subjects.ts'

/** A confirmed account that waits for an approval. */
export const waiting: Prepare = async (world) => {
  const { parts } = world
  const { account } = await world.createAccount()
  await disableAccount(parts, account.id, { actor: 'cli' })
  await inTransaction(parts.db, (trx) => noteWaiting(trx, account.id, Date.now()))
  return account.id
}

const answered = (verb: string, event: Change['events'][number]): Change => ({
  given: waiting,
  run: ({ command }, id) => command('registration', verb, id),
  events: [event],
})

export const REGISTRATION_CHANGES: Changes = {
  'invite create': { none: 'The account that registers with it is the event.' },
  'invite list': { none: 'Reads.' },
  'invite revoke': { none: 'Nobody registered with it.' },
  'registration list': { none: 'Reads.' },
  'registration approve': answered('approve', 'account.enabled'),
  'registration refuse': answered('refuse', 'account.deleted'),
}
