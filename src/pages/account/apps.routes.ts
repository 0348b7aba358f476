/** The page of the apps that the signed-in person gave access. */
import type { Router } from '@koa/router'
import { logoHrefs } from '../../clients/logo/client-logo.ts'
import { listConsents, revokeConsent } from '../../consents/consents.ts'
import type { PageServices } from '../../feature.ts'
import { formOf } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { given } from '../../words/message.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { openableApps } from './openable-apps.ts'
import { clientNameOf } from '../../provider/clients/client-documents.ts'
import { OFFLINE_ACCESS } from '../../provider/grants/lifetimes.ts'
import { resourceScopeMessage, scopeWords } from '../../provider/grants/scope-words.ts'

export function appsRoutes(services: PageServices): Router {
  return memberRoutes(services, 'apps', [
    ['get', '/account/apps', show],
    ['post', '/account/apps/revoke', revoke],
  ])
}

async function show(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const consents = await listConsents(services.db, member.account.id)
  const ids = consents.map(({ clientId }) => clientId)
  const logos = await logoHrefs(services.db, ids)
  const apps = await Promise.all(
    consents.map(async ({ clientId, scopes, resources, grantedAtMs, lastUsedAtMs }) => ({
      clientId,
      name: await clientNameOf(services.oidc.current(), clientId),
      logoHref: logos.get(clientId),
      scopes: [
        ...scopes.map((scope) => scopeWords(scope)?.title ?? given(scope)),
        ...(await Promise.all(
          Object.entries(resources).flatMap(([resource, own]) =>
            own.map(async (scope) => resourceScopeMessage(await services.findResource(resource), scope)),
          ),
        )),
      ],
      grantedAtMs,
      lastUsedAtMs,
      offline: scopes.includes(OFFLINE_ACCESS),
    })),
  )
  const said = services.nextPage.take(ctx, member)
  const openable = await openableApps(services, member.account.id, apps)
  const locals = { apps, openable, revokeAction: '/account/apps/revoke', signOutHref: SIGN_OUT_PATH, ...said }
  services.render(ctx, 'account-apps', { nowMs: services.clock(), ...locals })
}

async function revoke(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const { id: accountId } = member.account
  const grantIdDigests = await revokeConsent(services, accountId, formOf(ctx)['clientId'] ?? '')
  if (grantIdDigests) await services.revokeAccess({ sessionUids: [], grantIdDigests })
  const notice = grantIdDigests ? 'apps-removed' : 'apps-removed-before'
  services.nextPage.lead(ctx, '/account/apps', notice, member)
}
