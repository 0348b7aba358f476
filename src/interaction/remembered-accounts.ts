/**
 * Remembers the accounts that have signed in with this browser, so that a person can choose one. The sealed cookie
 * holds only their ids and gives no access: another account than the signed-in one needs its password.
 */
import { z } from 'zod'
import { findAccountById } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import { cookieName, cookieOf } from '../http/request/cookies.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { DAY_MS } from '../platform/clock.ts'
import type { Services } from '../services.ts'

export type RememberedAccounts = {
  /** The latest first. Accounts that can no longer sign in are left out. */
  list: (ctx: AnyContext) => Promise<Account[]>
  /** Without a query: also true for an account that can no longer sign in. */
  has: (ctx: AnyContext, accountId: string) => boolean
  remember: (ctx: AnyContext, account: { id: string }) => void
  forget: (ctx: AnyContext, accountId: string) => void
}

const MAX_ACCOUNTS = 5
const MAX_AGE_MS = 90 * DAY_MS
const CONTEXT = 'remembered-accounts'
const ids = z.array(z.string())

export function createRememberedAccounts({
  db,
  sealer,
  config,
}: Pick<Services, 'db' | 'sealer' | 'config'>): RememberedAccounts {
  const { secure } = config
  const name = cookieName('accounts', secure)
  const read = (ctx: AnyContext): string[] => {
    const sealed = cookieOf(ctx, name)
    const opened = sealed ? sealer.open(sealed, CONTEXT) : undefined
    return opened === undefined ? [] : ids.parse(JSON.parse(opened))
  }
  const write = (ctx: AnyContext, accountIds: string[]): void => {
    const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false } as const
    const value = accountIds.length > 0 ? sealer.seal(JSON.stringify(accountIds), CONTEXT) : null
    ctx.cookies.set(name, value, { ...options, ...(value && { maxAge: MAX_AGE_MS }) })
  }
  const others = (ctx: AnyContext, accountId: string) => read(ctx).filter((id) => id !== accountId)
  return {
    async list(ctx) {
      const found = await Promise.all(read(ctx).map((id) => findAccountById(db, id)))
      return found
        .filter((account) => account !== undefined)
        .filter((account) => account.disabledAtMs === null)
    },
    has: (ctx, accountId) => read(ctx).includes(accountId),
    remember: (ctx, { id }) => write(ctx, [id, ...others(ctx, id)].slice(0, MAX_ACCOUNTS)),
    forget: (ctx, accountId) => write(ctx, others(ctx, accountId)),
  }
}
