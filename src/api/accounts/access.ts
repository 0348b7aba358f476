/** Where an account is signed in, and which apps have access to it: list, end and revoke one, for operators. */
import { z } from 'zod'
import { revokeConsent } from '../../consents/consents.ts'
import type { Site } from '../../feature.ts'
import { endSessionAndGrants } from '../../grant-store/access-endings.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { showApps, shownApp } from '../../operations/shown-app.ts'
import { showSession, shownSession } from '../../operations/shown-session.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { endSession, listSessions } from '../../sessions/account-sessions.ts'
import { common, NO_ACCOUNT, params, theAccount } from './caller.ts'

export function accessOperations(needs: Services, { oidc }: Site): readonly Operation[] {
  return [listingSessions(needs), endingSession(needs), listingApps(needs, oidc), revokingApp(needs, oidc)]
}

/** `current` is of the caller, who is somebody else here. */
const session = shownSession.omit({ current: true }).meta({ title: 'SessionOfAccount' })

function listingSessions({ db, clock }: Services): Operation {
  const schema = z.object({ items: z.array(session) })
  return operation({
    ...common,
    id: 'listAccountSessions',
    method: 'get',
    path: '/accounts/{id}/sessions',
    summary: 'List the sessions of an account, newest first',
    scope: 'accounts:read',
    params,
    answer: { status: 200, description: 'Those that have not ended.', schema },
    problems: NO_ACCOUNT,
    async handle({ params: { id } }) {
      const { id: accountId } = await theAccount(db, id)
      return { body: { items: (await listSessions(db, accountId, clock())).map(showSession) } }
    },
  })
}

function endingSession(needs: Services): Operation {
  return operation({
    ...common,
    id: 'endAccountSession',
    method: 'delete',
    path: '/accounts/{id}/sessions/{session_id}',
    summary: 'End a session of an account',
    description: 'Signs that browser out, with the apps that were signed in through it.',
    scope: 'accounts:support',
    params: params.extend({ session_id: z.string().max(64) }),
    answer: { status: 204, description: 'The session has ended.' },
    problems: {
      ...NO_ACCOUNT,
      session_not_found: { status: 404, when: 'The account has no such session, or it had ended.' },
    },
    async handle({ params: { id, session_id: uid }, assertMatches }) {
      const { id: accountId } = await theAccount(needs.db, id)
      const found = (await listSessions(needs.db, accountId, needs.clock())).find((one) => one.uid === uid)
      if (found) assertMatches(showSession(found))
      if (!(await endSession(needs, accountId, uid)))
        throw new AppError('session_not_found', 404, 'The account has no such session, or it had ended.')
      await endSessionAndGrants(needs, uid)
      return { body: undefined }
    },
  })
}

function listingApps({ db }: Services, oidc: Site['oidc']): Operation {
  return operation({
    ...common,
    id: 'listAccountApps',
    method: 'get',
    path: '/accounts/{id}/apps',
    summary: 'List the apps that an account gave access, the latest first',
    scope: 'accounts:read',
    params,
    answer: { status: 200, description: 'The apps.', schema: z.object({ items: z.array(shownApp) }) },
    problems: NO_ACCOUNT,
    async handle({ params: { id } }) {
      const { id: accountId } = await theAccount(db, id)
      return { body: { items: await showApps(db, oidc.current(), accountId) } }
    },
  })
}

function revokingApp(needs: Services, oidc: Site['oidc']): Operation {
  return operation({
    ...common,
    id: 'revokeAccountApp',
    method: 'delete',
    path: '/accounts/{id}/apps/{client_id}',
    summary: 'Revoke the access of an app to an account',
    description: 'Its tokens end at once. It has to ask the person again.',
    scope: 'accounts:manage',
    params: params.extend({ client_id: z.string().max(2000) }),
    answer: { status: 204, description: 'The app has no access any more.' },
    problems: { ...NO_ACCOUNT, app_not_found: { status: 404, when: 'The app has no access.' } },
    async handle({ params: { id, client_id: clientId }, assertMatches }) {
      const { id: accountId } = await theAccount(needs.db, id)
      const apps = await showApps(needs.db, oidc.current(), accountId)
      const found = apps.find((one) => one.client_id === clientId)
      if (found) assertMatches(found)
      const grantIdDigests = await revokeConsent(needs, accountId, clientId)
      if (!grantIdDigests) throw new AppError('app_not_found', 404, 'That app has no access.')
      await needs.revokeAccess({ sessionUids: [], grantIdDigests })
      return { body: undefined }
    },
  })
}
