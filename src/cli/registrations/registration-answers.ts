/** What the commands of `invite` and `registration` print, wherever they read it. */
import type { Answer } from '../../command-line/command.ts'
import { record, table } from '../../command-line/layout.ts'

export type ShownInvitation = {
  id: string
  email: string | null
  role: string | null
  expires_at: string
  state: string
}

type Waiting = { id: string; email: string; name: string; requested_at: string }
type Named = { id: string; email: string }

export function invitationMade(invitation: ShownInvitation & { link: string }): Answer {
  return { data: invitation, text: `${record(invitation)}\n\nThe link is shown only now.` }
}

export function invitationList(invitations: readonly ShownInvitation[]): Answer {
  const rows = invitations.map((one) => [
    one.id,
    one.email ?? 'any',
    one.role ?? '',
    one.expires_at,
    one.state,
  ])
  const head = ['ID', 'E-MAIL', 'ROLE', 'EXPIRES', 'STATE']
  return { data: { invitations }, text: table(head, rows, 'No invitations.') }
}

export function invitationRevoked(id: string): Answer {
  return { data: { id, revoked: true }, text: `Revoked ${id}.` }
}

export function waitingList(accounts: readonly Waiting[]): Answer {
  const rows = accounts.map((one) => [one.id, one.email, one.name, one.requested_at])
  return { data: { accounts }, text: table(['ID', 'E-MAIL', 'NAME', 'SINCE'], rows, 'Nobody waits.') }
}

export function approved({ id, email }: Named): Answer {
  return { data: { id, approved: true }, text: `Approved ${email}.` }
}

export function refused({ id, email }: Named): Answer {
  return { data: { id, refused: true }, text: `Refused ${email}. The account is deleted.` }
}
