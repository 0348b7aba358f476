/** An account as the commands show it. */
import type { Account } from '../../accounts/account.ts'
import { pendingAddress } from '../../accounts/journeys/new-address.ts'
import { pictureAddress } from '../../accounts/picture-address.ts'
import { rolesOf } from '../../accounts/roles.ts'
import type { Answer } from '../../command-line/command.ts'
import { isoTime, record } from '../../command-line/layout.ts'
import { accountFields } from '../../events/account-snapshot.ts'
import { hasSecondFactor } from '../../factors/factors.ts'
import { groupsOf } from '../../groups/members.ts'
import type { Services } from '../../services.ts'
import { listSessions } from '../../sessions/account-sessions.ts'

export async function shown({ config, db, clock }: Services, found: Account): Promise<Answer> {
  const roles = await rolesOf(db, found.id)
  const sessions = await listSessions(db, found.id, clock())
  const groups = (await groupsOf(db, found.id)).map(({ name }) => name)
  const second_factor = await hasSecondFactor(db, found.id)
  const delete_at = found.deleteAtMs === null ? null : isoTime(found.deleteAtMs)
  const pending = await pendingAddress({ db, clock }, found.id)
  const new_email = pending && { new_email: pending.email, new_email_until: isoTime(pending.expiresAtMs) }
  const data = {
    ...accountFields(found),
    picture: found.pictureId === null ? null : pictureAddress(config, found.pictureId),
    delete_at,
    ...new_email,
    roles,
    groups,
    second_factor,
    active_sessions: sessions.length,
  }
  return { data, text: record(data) }
}
