/** Plays what a person and a thief can do to the address of one account, in any order. */
import type { Account } from '../../../src/accounts/account.ts'
import { findAccountById } from '../../../src/accounts/account.ts'
import { cancelDeletion, deleteDueAccounts, requestDeletion } from '../../../src/accounts/life/deletion.ts'
import { takeBackAddress } from '../../../src/accounts/journeys/former-address.ts'
import { confirmNewAddress, requestNewAddress } from '../../../src/accounts/journeys/new-address.ts'
import { changePassword } from '../../../src/accounts/journeys/password-change.ts'
import { setAddress } from '../../../src/accounts/operator/operator-address.ts'
import { DAY_MS } from '../../../src/platform/clock.ts'
import { PASSWORD } from '../account-world.ts'
import type { World } from '../account-world.ts'

export const IP = '198.51.100.7'
export const NEXT = 'seven purple kettles'
export const [A, B, C] = ['ann@example.org', 'ann@new.example', 'ann@third.example']
export const ADDRESSES = { A, B, C }

/** What a person and a thief can do to one account, each at a later time. The play has a clock of its own. */
export function playOn(world: World, { id: accountId }: Account, addresses = ADDRESSES, ip = IP) {
  let now = world.needs.clock()
  const needs = { ...world.needs, clock: () => now }
  const links = new Map<string, string>()
  const advance = (ms: number) => void (now += ms)
  const mailTo = async (to: string, template: string) => {
    const found = (await world.mails()).filter((mail) => mail.to === to && mail.template === template).at(-1)
    if (!found) throw new Error(`no mail ${template} to ${to}`)
    const data = found.data as { link: string; code?: string; kind?: string }
    return { token: new URL(data.link).searchParams.get('token') ?? '', code: data.code ?? '', ...data }
  }
  const state = async () => {
    const now = await findAccountById(needs.db, accountId)
    return (
      now && { email: now.email, verified: now.emailVerifiedAtMs !== null, waits: now.deleteAtMs !== null }
    )
  }
  const steps: Record<string, () => Promise<unknown>> = {}
  for (const [name, email] of Object.entries(addresses)) {
    steps[`ask ${name}`] = () => requestNewAddress(needs, { accountId, email, ip })
    steps[`confirm ${name}`] = async () => {
      const { token, code } = await mailTo(email, 'new-address')
      const before = (await state())?.email ?? ''
      const done = await confirmNewAddress(needs, { token, code, ip })
      if (done.ok) links.set(before, (await mailTo(before, 'address-notice')).token)
      return done.ok || done.reason
    }
    steps[`undo to ${name}`] = async () => {
      const done = await takeBackAddress(needs, { token: links.get(email) ?? '', ip })
      return done.ok || done.reason
    }
    steps[`operator ${name}`] = () => setAddress(needs, accountId, { email, verified: true, actor: 'cli' })
  }
  steps['delete'] = () => requestDeletion(needs, accountId, { actor: accountId })
  steps['sign in'] = () => cancelDeletion(needs, accountId, { actor: accountId })
  steps['password'] = () =>
    changePassword(needs, {
      accountId,
      currentPassword: PASSWORD,
      newPassword: NEXT,
      sessionUid: undefined,
      ip,
    })
  steps['14 days'] = async () => {
    advance(14 * DAY_MS)
    return deleteDueAccounts(needs, needs.clock(), 10)
  }
  steps['8 days'] = async () => advance(8 * DAY_MS)
  return {
    needs,
    state,
    links,
    mailTo,
    play: async (script: string): Promise<unknown> => {
      let last: unknown
      for (const step of script.split(', ')) {
        advance(1000)
        last = await steps[step]!()
      }
      return last
    },
  }
}

export const at = (email: string, { waits = false } = {}) => ({ email, verified: true, waits })
const GONE = undefined

export type Order = [script: string, left: ReturnType<typeof at> | undefined, answer?: unknown]

/** Each order of two changes of address and a deletion, with what undoes them: what is left, and the last step's answer. */
export const ORDERS: readonly Order[] = [
  ['ask B', at(A)],
  ['ask B, confirm B', at(B), true],
  ['ask B, confirm B, confirm B', at(B), 'used'],
  // Two changes.
  ['ask B, ask C, confirm B', at(A), 'invalid_token'],
  ['ask B, ask C, confirm C', at(C), true],
  ['ask B, ask C, confirm C, confirm B', at(C), 'invalid_token'],
  ['ask B, confirm B, ask C, confirm C', at(C), true],
  ['ask B, confirm B, ask A, confirm A', at(A), true],
  ['ask B, confirm B, ask C, undo to A', at(A), true],
  ['ask B, confirm B, ask C, undo to A, confirm C', at(A), 'invalid_token'],
  ['ask B, confirm B, ask C, confirm C, undo to B', at(B), true],
  ['ask B, confirm B, ask C, confirm C, undo to A', at(A), true],
  ['ask B, confirm B, ask C, confirm C, undo to B, undo to A', at(A), true],
  ['ask B, confirm B, ask C, confirm C, undo to A, undo to B', at(A), 'over'],
  ['ask B, confirm B, undo to A, undo to A', at(A), 'over'],
  ['ask B, confirm B, 8 days, undo to A', at(B), 'over'],
  // A deletion between them.
  ['delete', at(A, { waits: true })],
  ['delete, sign in', at(A), true],
  ['delete, sign in, 14 days', at(A)],
  ['delete, 14 days', GONE],
  ['ask B, delete, confirm B', at(A, { waits: true }), 'invalid_token'],
  ['ask B, delete, 14 days, confirm B', GONE, 'invalid_token'],
  ['ask B, delete, sign in, confirm B', at(A), 'invalid_token'],
  ['delete, sign in, ask B, confirm B', at(B), true],
  ['ask B, confirm B, delete', at(B, { waits: true })],
  ['ask B, confirm B, delete, undo to A', at(A), true],
  ['ask B, confirm B, delete, undo to A, 14 days', at(A)],
  ['ask B, confirm B, delete, 14 days', GONE],
  ['ask B, confirm B, delete, 14 days, undo to A', GONE, 'over'],
  ['ask B, confirm B, delete, sign in, undo to A', at(A), true],
  ['ask B, confirm B, ask C, delete, confirm C', at(B, { waits: true }), 'invalid_token'],
  ['ask B, confirm B, ask C, delete, undo to A', at(A), true],
  ['ask B, confirm B, ask C, confirm C, delete, undo to B', at(B), true],
  ['ask B, confirm B, ask C, confirm C, delete, undo to B, undo to A', at(A), true],
  ['ask B, confirm B, ask C, confirm C, delete, undo to A, undo to B', at(A), 'over'],
  // What else changes meanwhile.
  ['ask B, password, confirm B', at(A), 'invalid_token'],
  ['ask B, confirm B, password, undo to A', at(A), true],
  ['ask B, operator C, confirm B', at(C), 'invalid_token'],
  ['ask B, confirm B, operator C, undo to A', at(C), 'over'],
]
