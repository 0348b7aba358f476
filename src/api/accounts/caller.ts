/** What the operations of administrators on accounts share. */
import { z } from 'zod'
import { existing, findAccountById } from '../../accounts/account.ts'
import type { Account } from '../../accounts/account.ts'
import type { Sql } from '../../platform/sql/database.ts'

export const common = { tag: 'Accounts', caller: 'administrator' } as const
export const params = z.strictObject({ id: z.string().max(64) })
export const NO_ACCOUNT = {
  account_not_found: { status: 404, when: 'There is no account with this id.' },
} as const
export const NO_ROLE = {
  role_not_found: { status: 404, when: 'There is no role with this name.' },
} as const
export const LAST_ADMIN = {
  last_admin: { status: 409, when: 'It is the last administrator. Appoint another one first.' },
} as const

/** @throws AppError 404 `account_not_found` */
export async function theAccount(sql: Sql, id: string): Promise<Account> {
  return existing(await findAccountById(sql, id))
}
