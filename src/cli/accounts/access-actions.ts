/** Sessions and apps of an account, its address, and a link for a new password: what support is asked daily. */
import { accountNotFound } from '../../accounts/account.ts'
import { verifyAddress } from '../../accounts/operator/operator-address.ts'
import { mailResetLink } from '../../accounts/operator/operator-reset.ts'
import { namedAccount } from '../../accounts/username.ts'
import { revokeConsent } from '../../consents/consents.ts'
import { endSessionAndGrants } from '../../grant-store/access-endings.ts'
import { showApps } from '../../operations/shown-app.ts'
import { showSession } from '../../operations/shown-session.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { AppError } from '../../platform/errors.ts'
import { offlineProvider } from '../../process/offline-client-check.ts'
import type { Parts } from '../../process/start/parts.ts'
import type { Services } from '../../services.ts'
import { endSession, listSessions } from '../../sessions/account-sessions.ts'
import { appList, appRevoked, sessionEnded, sessionList } from './access-answers.ts'
import { resetMailed } from './account-answers.ts'
import { shown } from './shown-account.ts'

const CLI = { actor: 'cli' }

export async function sessions(input: Input, { db, clock }: Services): Promise<Answer> {
  const account = await namedAccount(db, input.operands[0] ?? '')
  return sessionList(account, (await listSessions(db, account.id, clock())).map(showSession))
}

export async function endOneSession(input: Input, services: Services): Promise<Answer> {
  const account = await namedAccount(services.db, input.operands[0] ?? '')
  const uid = input.text('session') ?? ''
  if (!(await endSession(services, account.id, uid)))
    throw new AppError('session_not_found', 404, 'The account has no such session, or it had ended.')
  await endSessionAndGrants(services, uid)
  return sessionEnded(account, uid)
}

export async function apps(input: Input, parts: Parts): Promise<Answer> {
  const account = await namedAccount(parts.db, input.operands[0] ?? '')
  return appList(account, await showApps(parts.db, await offlineProvider(parts), account.id))
}

export async function revokeApp(input: Input, services: Services): Promise<Answer> {
  const account = await namedAccount(services.db, input.operands[0] ?? '')
  const clientId = input.text('app') ?? ''
  const grantIdDigests = await revokeConsent(services, account.id, clientId)
  if (!grantIdDigests) throw new AppError('app_not_found', 404, 'That app has no access.')
  await services.revokeAccess({ sessionUids: [], grantIdDigests })
  return appRevoked(account, clientId)
}

export async function verify(input: Input, services: Services): Promise<Answer> {
  const { id } = await namedAccount(services.db, input.operands[0] ?? '')
  if (!(await verifyAddress(services, id, CLI))) throw accountNotFound()
  return shown(services, await namedAccount(services.db, id))
}

export async function sendReset(input: Input, services: Services): Promise<Answer> {
  const account = await namedAccount(services.db, input.operands[0] ?? '')
  await mailResetLink(services, account.id, CLI)
  return resetMailed(account)
}
