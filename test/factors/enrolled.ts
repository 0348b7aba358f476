/** Accounts with an authenticator app, set up without a page. */
import { beginTotp, confirmTotp } from '../../src/factors/totp-set-up.ts'
import type { Services } from '../../src/services.ts'
import { authenticator } from './authenticator.ts'

/** Answers the app and the recovery codes. The code of this moment is used up. */
export async function enroll(services: Services, accountId: string) {
  const { uri } = await beginTotp(services, accountId)
  const app = authenticator(uri)
  const code = app.codeAt(services.clock())
  const done = await confirmTotp(services, { accountId, code }, { actor: accountId })
  if (!done.ok) throw new Error(done.reason)
  return { app, recoveryCodes: done.recoveryCodes }
}
