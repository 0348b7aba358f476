/** What the operations on one's own account share. */
import type { CachedAccount } from '../../account-cache/known-account.ts'
import type { ApiToken } from '../../operations/operation.ts'

export const common = { tag: 'Own account', caller: 'person' } as const

/** The person behind the token, which the operation asked for. */
export function ownerOf({ account }: Pick<ApiToken, 'account'>): CachedAccount {
  if (!account) throw new Error('the operation takes a person’s token only')
  return account
}
