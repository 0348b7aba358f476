/**
 * The routes of a server. Endpoints that programs call go to the library at once. Every other request meets the protocol
 * first, which reads its bodies itself, then the guards of forms, then the pages of every feature.
 */
import type { Router } from '@koa/router'
import Koa from 'koa'
import compose from 'koa-compose'
import { apiRoutes } from '../operations/operations.routes.ts'
import { openApiDocument } from '../operations/openapi.ts'
import type { Operation } from '../operations/operation.ts'
import { apiIdentifier } from '../operations/scopes.ts'
import type { Feature, Site } from '../feature.ts'
import { formBody } from '../http/request/body.ts'
import { csrf, ownFormsElsewhere } from '../http/csrf.ts'
import { failureResponder } from '../http/error-handler.ts'
import type { ErrorNeeds } from '../http/error-handler.ts'
import { boundedQuery } from '../http/request/field-length.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { askedLanguage } from './asked-language.ts'
import { interactionRoutes } from '../interaction/interaction.routes.ts'
import { lostFormRoutes, showFormAgain } from '../pages/errors/lost-form.routes.ts'
import type { Steps } from '../interaction/page.ts'
import { returnPathOf } from '../interaction/return-path.ts'
import { restartsOf } from '../interaction/restart.ts'
import { createSignedInAnswers } from '../interaction/signed-in-answer.ts'
import type { SignedInAnswers } from '../interaction/signed-in-answer.ts'
import { createStartAgain } from '../interaction/start-again.ts'
import { createTypedAddress } from '../interaction/typed-address.ts'
import {
  isLibraryForm,
  isOfLibrary,
  LIBRARY_PATHS,
  SIGN_OUT_FORM,
  showsLibraryForm,
} from '../provider/endpoints/addresses.ts'
import { provenAddress } from '../provider/binding/mtls.ts'
import type { Oidc } from '../provider/contract/current-provider.ts'
import { linkedCodeRoutes } from '../provider/endpoints/linked-code.routes.ts'
import { refuseFloods } from '../provider/endpoints/floods.routes.ts'
import { refuseOtherAddresses } from '../provider/endpoints/other-addresses.routes.ts'
import { formAddressRoutes, postedRequestRoutes } from '../provider/endpoints/posted-request.routes.ts'
import { resumedRequestRoutes } from '../provider/endpoints/resumed-request.routes.ts'
import type { Parts } from './start/parts.ts'
import { openSite } from './site.ts'
import { uploadedPicture } from './uploaded-picture.ts'

export type Routes = {
  /**
   * For `DIRECT_PATHS`. A request that the library does not answer there, such as one with another method, goes on to
   * `others`.
   */
  direct: Koa.Middleware
  others: Koa.Middleware
  /** The one that these routes use now. */
  provider: Oidc['current']
}

/** Call this once the process is prepared: it reads keys and resource servers. */
export async function openRoutes(
  parts: Parts,
  { render, askSelf, failures }: Pick<Site, 'render' | 'askSelf'> & { failures: ErrorNeeds },
): Promise<Routes> {
  const restarts = restartsOf(parts)
  const site = await openSite(parts, {
    render,
    askSelf,
    startAgain: (oidc) => createStartAgain({ oidc, render, restarts }),
    renderError: failureResponder(failures),
    interactionUrl: restarts.pageUrl,
  })
  return { direct: site.oidc.middleware, others: inOrder(parts, site), provider: site.oidc.current }
}

function inOrder(parts: Parts, site: Site): Koa.Middleware {
  const { config, log, features } = parts
  const operations = features.flatMap(({ api }) => api?.(site) ?? [])
  const signedIn = createSignedInAnswers(parts)
  const pages = [
    ...pagesOf(features, site, operations, signedIn),
    lostFormRoutes({ ...parts, render: site.render, oidc: site.oidc }),
  ]
  const library = aroundLibrary(config.issuer, site)
  const inner = new Koa()
  for (const { endpoints } of features)
    for (const router of endpoints?.(site) ?? []) inner.use(router.routes())
  inner.use(apiOf(parts, site, operations).routes())
  inner.use(askedLanguage(restartsOf(parts).open))
  // Our own pages do not run through the library.
  inner.use((ctx, next) => (isOfLibrary(ctx.path) ? library(ctx, next) : next()))
  inner.use(refuseOtherAddresses(log, isPageOf(pages)))
  inner.use(boundedQuery())
  inner.use(uploadedPicture(config, site))
  inner.use(formBody())
  const { issuer: issuerOrigin, secure } = config
  const typed = { nextPage: site.nextPage, typedAddress: createTypedAddress(parts) }
  const whenStale = (ctx: AnyContext) => showFormAgain(typed, ctx)
  inner.use(csrf({ key: config.keys.csrf, issuerOrigin, secure, whenStale }))
  inner.use(wornOnTheWay(parts, site))
  for (const router of pages) inner.use(router.routes()).use(router.allowedMethods())
  return compose(inner.middleware)
}

/** Sign-up and a new password on the way to an app look like the pages of its request. */
function wornOnTheWay(parts: Parts, { wearBrand }: Site): Koa.Middleware {
  const returnPath = returnPathOf(parts)
  return async (ctx, next) => {
    await wearBrand(ctx, returnPath.clientId(ctx))
    return next()
  }
}

/** Runs before the library for browsers: on forms, on the return from our pages, and against floods. */
function aroundLibrary(issuerOrigin: string, { limits, oidc }: Site): Koa.Middleware {
  const { authorization, end_session, code_verification } = LIBRARY_PATHS
  const inner = new Koa()
  inner.use(postedRequestRoutes([authorization, end_session]).routes())
  inner.use(formAddressRoutes({ [SIGN_OUT_FORM]: end_session }).routes())
  inner.use(resumedRequestRoutes(authorization, 'restart').routes())
  inner.use(ownFormsElsewhere({ issuerOrigin, isForm: isLibraryForm, showsForm: showsLibraryForm }))
  inner.use(refuseFloods(limits, [authorization, code_verification]))
  inner.use(linkedCodeRoutes(code_verification).routes())
  inner.use(oidc.middleware)
  return compose(inner.middleware)
}

function apiOf(
  { accountCache, config, db, clock, sealer }: Parts,
  site: Site,
  operations: readonly Operation[],
): Router {
  const { issuer, binding, tokens } = config
  const identifier = apiIdentifier(issuer)
  const document = openApiDocument(
    {
      serverName: config.serverName,
      server: identifier,
      authorizationUrl: `${config.issuer}${LIBRARY_PATHS.authorization}`,
      tokenUrl: `${config.issuer}${LIBRARY_PATHS.token}`,
    },
    operations,
  )
  const needs = {
    accountCache,
    db,
    clock,
    sealer,
    identifier,
    provider: () => site.oidc.current(),
    digestKey: config.keys.index,
    addressOf: (ctx: AnyContext) =>
      provenAddress(ctx, `${issuer}${ctx.path}`, { issuer, mtls: binding.mtls }),
    adminSignInSeconds: tokens.adminSignInSeconds,
  }
  return apiRoutes(needs, operations, document)
}

function pagesOf(
  features: readonly Feature[],
  site: Site,
  operations: readonly Operation[],
  signedIn: SignedInAnswers,
): readonly Router[] {
  const steps = Object.assign({}, ...features.map((feature) => feature.steps?.(site))) as Steps
  return [
    ...features.flatMap(({ pages }) => pages?.(site, operations) ?? []),
    interactionRoutes({ ...site, steps, signedIn }),
  ]
}

/** True at the address of a page, for any method. A router's middleware is no page. */
function isPageOf(pages: readonly Router[]) {
  const isPage = ({ methods }: { methods: readonly string[] }) => methods.length > 0
  return ({ path }: { path: string }) => pages.some((router) => router.match(path, 'GET').path.some(isPage))
}
