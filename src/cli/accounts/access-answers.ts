/** What the commands about sessions and apps of an account print, wherever they read it. */
import type { Answer } from '../../command-line/command.ts'
import { table } from '../../command-line/layout.ts'
import type { Named } from './account-answers.ts'

export type SessionFields = {
  id: string
  browser: string
  ip: string
  amr: string[]
  created_at: string
  last_seen_at: string
}

export type AppFields = {
  client_id: string
  name: string
  scopes: string[]
  resources: Record<string, string[]>
  granted_at: string
  last_used_at: string | null
}

export function sessionList({ id, email }: Named, sessions: readonly SessionFields[]): Answer {
  const rows = sessions.map((one) => [one.id, one.browser, one.ip, one.amr, one.created_at, one.last_seen_at])
  const head = ['ID', 'BROWSER', 'FROM', 'METHODS', 'SINCE', 'LAST SEEN']
  return { data: { id, email, sessions }, text: table(head, rows, `${email} is signed in nowhere.`) }
}

export function sessionEnded({ id, email }: Named, session: string): Answer {
  return {
    data: { id, email, session, ended: true },
    text: `Ended the session of ${email}, with the apps that were signed in through it.`,
  }
}

export function appList({ id, email }: Named, apps: readonly AppFields[]): Answer {
  const rows = apps.map((one) => [
    one.client_id,
    one.name,
    [...one.scopes, ...Object.values(one.resources).flat()],
    one.granted_at,
    one.last_used_at,
  ])
  const head = ['CLIENT_ID', 'NAME', 'MAY', 'SINCE', 'LAST TOKEN']
  return { data: { id, email, apps }, text: table(head, rows, `${email} gave no app access.`) }
}

export function appRevoked({ id, email }: Named, clientId: string): Answer {
  return {
    data: { id, email, client_id: clientId, revoked: true },
    text: `${clientId} has no access to ${email} any more. It has to ask again.`,
  }
}
