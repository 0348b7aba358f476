/** The apps that one has given access: list, and take the access away. */
import { z } from 'zod'
import { revokeConsent } from '../../consents/consents.ts'
import type { Site } from '../../feature.ts'
import { operation } from '../../operations/operation.ts'
import type { ApiToken, Operation } from '../../operations/operation.ts'
import { showApps, shownApp } from '../../operations/shown-app.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { common, ownerOf } from './owner.ts'

type Needs = Services & Pick<Site, 'oidc'>

export function appOperations(services: Services, { oidc }: Site): readonly Operation[] {
  const needs = { ...services, oidc }
  return [listing(needs), revoking(needs)]
}

function listing(needs: Needs): Operation {
  return operation({
    ...common,
    id: 'listOwnApps',
    method: 'get',
    path: '/account/apps',
    summary: 'List the apps that you allowed, the latest first',
    scope: 'account:read',
    answer: { status: 200, description: 'The apps.', schema: z.object({ items: z.array(shownApp) }) },
    handle: async ({ token }) => ({ body: { items: await shownApps(needs, token) } }),
  })
}

function revoking(needs: Needs): Operation {
  return operation({
    ...common,
    id: 'revokeOwnApp',
    method: 'delete',
    path: '/account/apps/{client_id}',
    summary: 'Revoke the access of an app',
    description: 'Its tokens end at once. It has to ask for your consent again.',
    scope: 'account:write',
    params: z.strictObject({ client_id: z.string().max(2000) }),
    answer: { status: 204, description: 'The app has no access any more.' },
    problems: { app_not_found: { status: 404, when: 'The app has no access.' } },
    async handle({ params: { client_id: clientId }, token, assertMatches }) {
      const found = (await shownApps(needs, token)).find((one) => one.client_id === clientId)
      if (found) assertMatches(found)
      const grantIdDigests = await revokeConsent(needs, ownerOf(token).id, clientId)
      if (!grantIdDigests) throw new AppError('app_not_found', 404, 'That app has no access.')
      await needs.revokeAccess({ sessionUids: [], grantIdDigests })
      return { body: undefined }
    },
  })
}

function shownApps({ db, oidc }: Needs, token: ApiToken) {
  return showApps(db, oidc.current(), ownerOf(token).id)
}
