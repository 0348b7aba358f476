/**
 * The page for somebody who signed in at another provider, where a new account takes the terms. Nothing is stored of them before
 * they accept.
 */
import { Router } from '@koa/router'
import { z } from 'zod'
import { LONGEST_TERMS_VERSION } from '../../accounts/terms.ts'
import { formOf } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { shownClient } from '../../interaction/open-interaction.ts'
import { redirect } from '../../interaction/page.ts'
import { dropKept } from '../../upstreams/client/flows.ts'
import { signInAs } from './arrived.ts'
import { CONNECT_PATH, CREATE_PATH } from './callback.routes.ts'
import { withKept } from './connect.routes.ts'
import type { Kept } from './connect.routes.ts'
import type { UpstreamServices } from './upstream-pages.ts'

export function createRoutes(services: UpstreamServices): Router {
  const router = new Router()
  router.get('/upstream/create', (ctx) => withKept(services, ctx, show))
  router.post('/upstream/create', (ctx) => withKept(services, ctx, submit))
  return router
}

async function show(services: UpstreamServices, ctx: AnyContext, kept: Kept): Promise<void> {
  const { identity, upstream, client } = kept
  await services.wearBrand(ctx, client)
  services.render(ctx, 'upstream-create', {
    label: upstream.label,
    shownAs: identity.shownAs,
    email: identity.email,
    client: client && (await shownClient(services.oidc.current(), client)),
    action: CREATE_PATH,
    connectAction: CONNECT_PATH,
    errors: {},
    ...services.nextPage.take(ctx),
  })
}

/** The version of the page. The person accepted what they saw. */
const schema = z.object({ terms: z.string().max(LONGEST_TERMS_VERSION).optional() })

async function submit(services: UpstreamServices, ctx: AnyContext, kept: Kept): Promise<void> {
  const form = validateForm(schema, formOf(ctx))
  const { upstream, identity, there = {} } = kept
  const termsVersion = form.ok ? form.value.terms : undefined
  const open = await signInAs(services, ctx, { upstream, identity, there, flow: kept, termsVersion })
  if (open === 'terms') return services.nextPage.lead(ctx, CREATE_PATH, 'terms-changed')
  // Somebody registered the address meanwhile.
  if (open === 'unconnected') return redirect(ctx, CONNECT_PATH)
  await dropKept(services, kept)
}
