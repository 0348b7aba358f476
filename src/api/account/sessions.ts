/** One's own sessions: list, end one, end all others. */
import { z } from 'zod'
import { signOutElsewhere } from '../../accounts/account-state.ts'
import { endSessionAndGrants } from '../../grant-store/access-endings.ts'
import { operation } from '../../operations/operation.ts'
import type { ApiToken, Operation } from '../../operations/operation.ts'
import { showSession, shownSession } from '../../operations/shown-session.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { endSession, listSessions } from '../../sessions/account-sessions.ts'
import { common, ownerOf } from './owner.ts'

export function sessionOperations(needs: Services): readonly Operation[] {
  return [listing(needs), ending(needs), endingOthers(needs)]
}

function listing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'listOwnSessions',
    method: 'get',
    path: '/account/sessions',
    summary: 'List your sessions, newest first',
    description: 'There are at most as many as a person may have at once, so that the list has one page.',
    scope: 'account:read',
    answer: { status: 200, description: 'The sessions.', schema: z.object({ items: z.array(shownSession) }) },
    handle: async ({ token }) => ({ body: { items: await shownSessions(needs, token) } }),
  })
}

function ending(needs: Services): Operation {
  return operation({
    ...common,
    id: 'endOwnSession',
    method: 'delete',
    path: '/account/sessions/{id}',
    summary: 'End a session',
    description: 'Signs that browser out, with the apps that were signed in through it.',
    scope: 'account:write',
    params: z.strictObject({ id: z.string().max(64) }),
    answer: { status: 204, description: 'The session has ended.' },
    problems: { session_not_found: { status: 404, when: 'You have no such session, or it had ended.' } },
    async handle({ params: { id }, token, assertMatches }) {
      const found = (await shownSessions(needs, token)).find((one) => one.id === id)
      if (found) assertMatches(found)
      if (!(await endSession(needs, ownerOf(token).id, id)))
        throw new AppError('session_not_found', 404, 'You have no such session, or it had ended.')
      await endSessionAndGrants(needs, id)
      return { body: undefined }
    },
  })
}

function endingOthers(needs: Services): Operation {
  return operation({
    ...common,
    id: 'endOtherSessions',
    method: 'post',
    path: '/account/sessions/end-others',
    summary: 'Sign out everywhere else',
    description: 'Ends all sessions and access of apps, except the session of this token and its apps.',
    scope: 'account:write',
    answer: { status: 204, description: 'The others have ended.' },
    async handle({ token, ip }) {
      const { id } = ownerOf(token)
      await signOutElsewhere(needs, id, token.sessionUid, { actor: id, ip })
      return { body: undefined }
    },
  })
}

async function shownSessions({ db, clock }: Services, token: ApiToken) {
  const sessions = await listSessions(db, ownerOf(token).id, clock())
  return sessions.map((one) => ({ ...showSession(one), current: one.uid === token.sessionUid }))
}
