/** Sign-ins that were made earlier than they were. */
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import type { Stage } from '../provider/stage.ts'
import { digest } from '../../src/platform/tokens.ts'

/** Moves the sign-ins of everybody, or of one person, back by an hour, in the store and for every process. */
export async function ageSessions({ parts }: Stage, of?: string): Promise<void> {
  const rows: { uid: string; accountId: string }[] = await parts
    .db('account_sessions')
    .where(of === undefined ? {} : { accountId: of })
    .select('uid', 'accountId')
  for (const { uid, accountId } of rows) {
    await updateAccount(parts.db, { id: accountId }, { sessionsValidFromMs: 0 })
    const key = `{${digest(uid).slice(0, 16)}}:session`
    const root = await parts.store.readRoot(key)
    if (!root) continue
    const payload = JSON.parse(root.payload) as { loginTs?: number }
    const older = { ...payload, loginTs: (payload.loginTs ?? 0) - 3600 }
    await parts.store.putRoot(key, { ...root, payload: JSON.stringify(older) }, Date.now() + 3_600_000)
  }
}
