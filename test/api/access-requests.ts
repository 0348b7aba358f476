/** Requests of administrators about where an account is signed in and which apps have access: good ones, and their own refusals. */
import type { Account } from '../../src/accounts/account.ts'
import { createCaller } from './caller.ts'
import type { Request } from './good-requests.ts'
import type { Stage } from '../provider/stage.ts'

type Needs = {
  signedIn: () => Promise<{ person: Account; token: string }>
  /** The token of a program that administers accounts. */
  own: string
}

type Requests = Record<string, () => Promise<Request>>

export function accessRequests(stage: Stage, { signedIn, own }: Needs): Requests {
  const at = (path: string) => ({ path, token: own })
  async function ofSession() {
    const { person } = await signedIn()
    const [session] = await stage.parts.db('account_sessions').where({ accountId: person.id }).select('uid')
    return at(`/accounts/${person.id}/sessions/${String(session?.uid)}`)
  }
  async function ofApp() {
    const { person } = await signedIn()
    const other = await createCaller(stage, ['account:read'])
    await other.tokenOf(person)
    return at(`/accounts/${person.id}/apps/${other.party.clientId}`)
  }
  const on = (verb: string) => async () => at(`/accounts/${(await stage.person()).id}/${verb}`)
  return {
    listAccountSessions: on('sessions'),
    endAccountSession: ofSession,
    listAccountApps: on('apps'),
    revokeAccountApp: ofApp,
    verifyAccount: on('verify'),
  }
}
