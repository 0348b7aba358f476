/** Accounts with an authenticator app, set up without a page. */
import { beginTotp, confirmTotp } from '../../src/factors/totp-set-up.ts'
import type { Services } from '../../src/services.ts'
import { authenticator } from './authenticator.ts'

export type Enrolled = Awaited<ReturnType<typeof enroll>>

/** Answers the app and the recovery codes. The code of this moment is used up. */
export async function enroll(services: Services, accountId: string) {
  const { db, clock } = services
  const app = authenticator((await beginTotp(services, accountId)).uri)
  const done = await confirmTotp(services, { accountId, code: app.codeAt(clock()) }, { actor: accountId })
  if (!done.ok) throw new Error(done.reason)
  return {
    app,
    recoveryCodes: done.recoveryCodes,
    wrong: () => app.wrongCodeAt(clock()),
    /** A code that works now, as if the last one had been used a while ago. */
    async code(): Promise<string> {
      await db('account_totps').where({ accountId }).update({ lastStep: 0 })
      return app.codeAt(clock())
    },
  }
}
