/** What the commands about accounts print, wherever they read it: in the database or over the API of a server. */
import type { Answer } from '../../command-line/command.ts'
import { record, table } from '../../command-line/layout.ts'

export type Named = { id: string; email: string }

export type ListedAccount = Named & {
  name: string
  email_verified: boolean
  disabled: boolean
  delete_at: string | null
  created_at: string
}

export type FactorFields = {
  totp: { confirmed_at: string; last_used_at: string | null } | null
  passkeys: readonly { name: string; last_used_at: string | null }[]
  recovery_codes: { left: number; made_at: string } | null
  reset: { requested_at: string; due_at: string } | null
}

export function accountList(accounts: readonly ListedAccount[], next: string | undefined): Answer {
  const rows = accounts.map((one) => [one.id, one.email, one.name, stateOf(one), one.created_at])
  const lines = [table(['ID', 'E-MAIL', 'NAME', 'STATE', 'CREATED'], rows, 'No accounts.')]
  if (next !== undefined) lines.push(`More: --after ${next}`)
  return { data: { accounts, next: next ?? null }, text: lines.join('\n') }
}

function stateOf({ delete_at: deleteAt, disabled, email_verified: verified }: ListedAccount): string {
  if (deleteAt !== null) return 'to be deleted'
  if (disabled) return 'disabled'
  return verified ? 'verified' : 'unverified'
}

export function accountDeleted({ id, email }: Named): Answer {
  return { data: { id, email, deleted: true }, text: `Deleted ${email} (${id}).` }
}

export function deletionPlanned({ id, email }: Named, at: string | null): Answer {
  return { data: { id, email, deleted: false, delete_at: at }, text: `${email} (${id}) is deleted at ${at}.` }
}

export function deletionCancelled({ id, email }: Named, kept: boolean): Answer {
  return { data: { id, email, kept }, text: kept ? `${email} stays.` : `${email} was not to be deleted.` }
}

export function newEmailCancelled({ id, email }: Named, cancelled: boolean): Answer {
  const text = cancelled
    ? `${email} stays the address. The code of the mail counts no longer.`
    : 'No change of address waits.'
  return { data: { id, email, cancelled }, text }
}

export function pictureRemoved({ id, email }: Named, removed: boolean): Answer {
  const text = removed ? `Removed the picture of ${email}.` : `${email} has no picture.`
  return { data: { id, email, removed }, text }
}

export function resetMailed({ id, email }: Named): Answer {
  return { data: { id, email, mailed: true }, text: `Mailed ${email} a link to choose a new password.` }
}

export function factorList({ id, email }: Named, fields: FactorFields): Answer {
  const data = { id, email, ...fields }
  const { totp, passkeys, recovery_codes: codes, reset } = fields
  const app = totp ? `set up ${totp.confirmed_at}, last used ${totp.last_used_at ?? 'never'}` : 'none'
  const used = passkeys.map(({ name, last_used_at: at }) => `${name} (last used ${at ?? 'never'})`)
  const keys = used.join(', ') || 'none'
  const left = codes ? `${codes.left} left, made ${codes.made_at}` : 'none'
  const planned = reset ? `on ${reset.due_at}, planned ${reset.requested_at}` : 'none'
  return {
    data,
    text: record({ id, email, authenticator_app: app, passkeys: keys, recovery_codes: left, reset: planned }),
  }
}

/** `removed`: at once. `dueAt`: once that time has come. Neither: there was no factor. */
export function factorsReset({ id, email }: Named, done: { removed: boolean; dueAt: string | null }): Answer {
  return { data: { id, email, removed: done.removed, due_at: done.dueAt }, text: resetText(email, done) }
}

function resetText(email: string, { removed, dueAt }: { removed: boolean; dueAt: string | null }): string {
  if (removed) return `${email} has no second factor any more; all its sessions and access have ended.`
  if (dueAt === null) return `${email} had no second factor. Nothing was changed.`
  return `Mailed ${email}. Unless its owner stops it, the second factors are removed on ${dueAt}.`
}

export function factorsKept({ id, email }: Named, stopped: boolean): Answer {
  const text = stopped ? `${email} keeps its second factors.` : 'No reset was planned. Nothing was changed.'
  return { data: { id, email, stopped }, text }
}
