/** Sessions and apps of an account, and a link for a new password: what support is asked daily. */
import { z } from 'zod'
import type { Run } from '../../command-line/command.ts'
import { namedIn } from '../../command-line/named.ts'
import { appList, appRevoked, sessionEnded, sessionList } from './access-answers.ts'
import { resetMailed } from './account-answers.ts'
import { app, session } from './answered-account.ts'

export const sessions: Run = async (input, api) => {
  const found = await namedIn(input, api)
  const { items } = await api.call('listAccountSessions', z.object({ items: z.array(session) }), {
    params: { id: found.id },
  })
  return sessionList(found, items)
}

export const endSession: Run = async (input, api) => {
  const found = await namedIn(input, api)
  const uid = input.text('session') ?? ''
  await api.send('endAccountSession', { params: { id: found.id, session_id: uid } })
  return sessionEnded(found, uid)
}

export const apps: Run = async (input, api) => {
  const found = await namedIn(input, api)
  const { items } = await api.call('listAccountApps', z.object({ items: z.array(app) }), {
    params: { id: found.id },
  })
  return appList(found, items)
}

export const revokeApp: Run = async (input, api) => {
  const found = await namedIn(input, api)
  const clientId = input.text('app') ?? ''
  await api.send('revokeAccountApp', { params: { id: found.id, client_id: clientId } })
  return appRevoked(found, clientId)
}

export const sendReset: Run = async (input, api) => {
  const found = await namedIn(input, api)
  await api.send('sendAccountReset', {
    params: { id: found.id },
  })
  return resetMailed(found)
}
