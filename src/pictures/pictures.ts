/**
 * The picture of an account. The server made it itself of an upload (`crop.ts`): it never fetches one, and keeps nothing of
 * the file. An account has one or none.
 */
import { randomBytes } from 'node:crypto'
import { updateAccount } from '../account-cache/changed-account.ts'
import { existing, lockAccount } from '../accounts/account.ts'
import type { Actor, Expects } from '../accounts/account-state.ts'
import { PICTURE_ID } from '../accounts/picture-address.ts'
import { recordAudit } from '../audit/audit.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'

/** What pictures are, here and on the way to other servers. */
export const PICTURE_TYPE = 'image/webp'

export type Size = 'large' | 'small'
export type Kept = { id: string; createdAtMs: number }

/** Takes the place of the picture before, which has no address from then on. @throws AppError 404 `account_not_found` */
export async function setPicture(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  accountId: string,
  { large, small }: Record<Size, Buffer>,
  by: Actor,
  expects?: Expects,
): Promise<Kept> {
  const nowMs = clock()
  const images = { large: large.toString('base64'), small: small.toString('base64') }
  return inTransaction(db, async (trx) => {
    const before = existing(await lockAccount(trx, accountId))
    expects?.(before)
    await trx('account_pictures').where({ accountId }).delete()
    const id = randomBytes(16).toString('hex')
    await trx('account_pictures').insert({ id, accountId, ...images, createdAtMs: nowMs })
    await noteChange(trx, accountId, nowMs, by)
    return { id, createdAtMs: nowMs }
  })
}

/** Answers false where there was none. @throws AppError 404 `account_not_found` */
export async function removePicture(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<boolean> {
  const nowMs = clock()
  return inTransaction(db, async (trx) => {
    expects?.(existing(await lockAccount(trx, accountId)))
    if ((await trx('account_pictures').where({ accountId }).delete()) === 0) return false
    await noteChange(trx, accountId, nowMs, by)
    return true
  })
}

export async function pictureOf(sql: Sql, accountId: string): Promise<Kept | undefined> {
  return sql<Kept & { accountId: string }>('account_pictures').where({ accountId }).first('id', 'createdAtMs')
}

/** The bytes of a picture, as WebP. */
export async function findPicture(sql: Sql, id: string, size: Size): Promise<Buffer | undefined> {
  if (!PICTURE_ID.test(id)) return undefined
  const [image]: string[] = await sql('account_pictures').where({ id }).pluck(size)
  return image === undefined ? undefined : Buffer.from(image, 'base64')
}

/** Also raises the version of the account, because its claims are cached. */
async function noteChange(trx: Sql, accountId: string, nowMs: number, by: Actor): Promise<void> {
  await updateAccount(trx, { id: accountId }, { updatedAtMs: nowMs })
  const detail = { fields: ['picture'] }
  await recordAudit(trx, { ...by, atMs: nowMs, action: 'account.changed', accountId, detail })
}
