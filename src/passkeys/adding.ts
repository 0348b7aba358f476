/** Adding, renaming and removing one's passkeys. Who may do so is the caller's question: it needs a fresh sign-in. */
import { updateAccount } from '../account-cache/changed-account.ts'
import { isVerified, lockAccount } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import type { Actor } from '../accounts/account-state.ts'
import { hasPasskey, needsSecondFactor } from '../accounts/second-factor-needed.ts'
import { recordAudit } from '../audit/audit.ts'
import { recordFactorChange } from '../factors/factor-changes.ts'
import { codesMadeAt, dropCodes, renewCodes } from '../factors/recovery-codes.ts'
import { AppError } from '../platform/errors.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import { challengeOf, readCreation } from './answers.ts'
import { useChallenge } from './challenges.ts'
import { checkCreation } from './checks.ts'
import type { Created } from './checks.ts'
import { defaultName } from './default-name.ts'
import { creationOptions, openHandle } from './options.ts'
import type { CreationOptions } from './options.ts'
import {
  findPasskey,
  insertPasskey,
  MOST_PASSKEYS,
  passkeysOf,
  removeRow,
  renameRow,
} from '../accounts/passkeys/passkey.ts'
import type { Passkey } from '../accounts/passkeys/passkey.ts'

/** Undefined where this server has no passkeys. */
export async function beginPasskey(
  needs: Services,
  account: Account,
  browser: string,
): Promise<CreationOptions | undefined> {
  const place = { purpose: 'register', browser, subject: account.id } as const
  const { email, name } = account
  return creationOptions(needs, place, { email, name, passkeys: await passkeysOf(needs.db, account.id) })
}

export type NewPasskeyAnswer = {
  accountId: string
  /** What the browser sent, as JSON. */
  response: string
  /** Of `CreationOptions`. */
  state: string
  /** The token of this browser's forms. */
  browser: string
  /** What the passkey is called where the authenticator does not say what it is. */
  browserName: string
}

export type PasskeyAdded =
  /** `recoveryCodes`: the first ones of this account, which are shown once. */
  | { ok: true; passkey: Passkey; recoveryCodes?: string[] }
  | { ok: false; reason: 'expired' | 'refused' | 'taken' | 'too_many' }

/**
 * Adds the passkey. From then on the password alone is not enough, so the first factor brings recovery codes. Throws
 * `AppError('email_unverified', 409)`, and `AppError('account_not_found', 404)`.
 */
export async function addPasskey(needs: Services, given: NewPasskeyAnswer, by: Actor): Promise<PasskeyAdded> {
  const { accountId, browser } = given
  const creation = readCreation(given.response)
  const userHandle = openHandle(needs, given.state, accountId)
  if (!creation || !userHandle || needs.config.factors.passkeys.domain === undefined)
    return { ok: false, reason: 'refused' }
  const place = { purpose: 'register', browser, subject: accountId } as const
  const isFresh = await useChallenge(needs, challengeOf(creation), place)
  if (isFresh !== 'ok') return { ok: false, reason: isFresh === 'expired' ? 'expired' : 'refused' }
  const created = await checkCreation(needs, creation)
  if (!created) return { ok: false, reason: 'refused' }
  const name = defaultName(created.aaguid, given.browserName)
  return inTransaction(needs.db, (trx) => store(needs, trx, accountId, { ...created, userHandle, name }, by))
}

async function store(
  needs: Services,
  trx: Sql,
  accountId: string,
  created: Created & { userHandle: string; name: string },
  by: Actor,
): Promise<PasskeyAdded> {
  const nowMs = needs.clock()
  const account = await lockAccount(trx, accountId)
  if (!account) throw new AppError('account_not_found', 404, 'There is no account with this id.')
  // It may be a stranger's, and the owner of the address could not get past the stranger's passkey.
  if (!isVerified(account))
    throw new AppError('email_unverified', 409, 'The e-mail address of this account is not confirmed yet.')
  const others = await passkeysOf(trx, accountId)
  if (others.length >= MOST_PASSKEYS) return { ok: false, reason: 'too_many' }
  const name = freeName(created.name, others)
  const passkey = await insertPasskey(trx, accountId, { ...created, name }, nowMs)
  if (!passkey) return { ok: false, reason: 'taken' }
  if (account.secondFactorDue) await updateAccount(trx, { id: accountId }, { secondFactorDue: false })
  const hasCodes = (await codesMadeAt(trx, accountId)) !== null
  const codes = hasCodes ? undefined : await renewCodes(trx, needs.config.keys.index, accountId, nowMs)
  await recordFactorChange(needs, trx, { account, by, kind: 'passkey_added', passkeyName: name, nowMs })
  return { ok: true, passkey, ...(codes && { recoveryCodes: codes }) }
}

/** `Chrome on Mac`, `Chrome on Mac 2`: two with one name could not be told apart. */
function freeName(name: string, others: readonly Passkey[]): string {
  const taken = new Set(others.map((other) => other.name))
  const names = [name, ...Array.from({ length: MOST_PASSKEYS }, (_, at) => `${name} ${at + 2}`)]
  return names.find((one) => !taken.has(one)) ?? name
}

/** Answers false when the account has no such passkey. `expects` throws where the passkey is not as the caller read it. */
export async function renamePasskey(
  needs: Pick<Services, 'db' | 'clock'>,
  { accountId, id, name }: { accountId: string; id: string; name: string },
  by: Actor,
  expects?: (before: Passkey) => void,
): Promise<boolean> {
  return inTransaction(needs.db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    const before = account && (await findPasskey(trx, accountId, id))
    if (!before) return false
    expects?.(before)
    await renameRow(trx, accountId, id, name)
    await recordAudit(trx, { ...by, atMs: needs.clock(), action: 'passkey.renamed', accountId })
    return true
  })
}

/**
 * Removes one. With the last factor the recovery codes go as well. Answers false when the account has no such passkey.
 * Throws `AppError('last_way_in', 409)` where nobody could sign in after it.
 */
export async function removePasskey(
  needs: Services,
  { accountId, id }: { accountId: string; id: string },
  by: Actor,
): Promise<boolean> {
  const nowMs = needs.clock()
  return inTransaction(needs.db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    const passkey = account && (await findPasskey(trx, accountId, id))
    if (!account || !passkey) return false
    await removeRow(trx, accountId, id)
    if (!(await hasWayIn(trx, account))) throw lastWayIn()
    const keepsFactor = await needsSecondFactor(trx, accountId)
    if (!keepsFactor) await dropCodes(trx, accountId)
    const kind = keepsFactor ? 'passkey_removed' : 'last_passkey_removed'
    await recordFactorChange(needs, trx, { account, by, kind, passkeyName: passkey.name, nowMs })
    return true
  })
}

/** Whether nobody could sign in to the account without one of its passkeys, and there is only one. */
export async function isLastWayIn(sql: Sql, account: Account): Promise<boolean> {
  if (account.passwordHash !== null || (await hasUpstream(sql, account.id))) return false
  return (await passkeysOf(sql, account.id)).length === 1
}

async function hasWayIn(sql: Sql, account: Account): Promise<boolean> {
  if (account.passwordHash !== null || (await hasPasskey(sql, account.id))) return true
  return hasUpstream(sql, account.id)
}

/** Another provider signs in as well. */
async function hasUpstream(sql: Sql, accountId: string): Promise<boolean> {
  const link: unknown = await sql('upstream_links')
    .join('upstreams', 'upstreams.id', 'upstream_links.upstreamId')
    .where({ accountId, enabled: true })
    .first('upstream_links.id')
  return link !== undefined
}

function lastWayIn(): AppError {
  return new AppError(
    'last_way_in',
    409,
    'This passkey is the only way to sign in. Choose a password, or add another passkey first.',
  )
}
