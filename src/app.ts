/** COMPOSITION ROOT of the server: builds every feature from the process's parts and mounts one literal list of routers. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Keygrip from 'keygrip'
import Koa from 'koa'
import compose from 'koa-compose'
import { createAccountNeeds } from './interaction/account-needs.ts'
import type { AccountNeeds } from './interaction/account-needs.ts'
import { hasRole } from './accounts/roles.ts'
import { AppError } from './platform/errors.ts'
import { renderFailure } from './pages/errors/failure-page.ts'
import { accessLog } from './http/access-log.ts'
import { loadAssets } from './http/assets.ts'
import type { Assets } from './http/assets.ts'
import { formBody } from './http/body.ts'
import { clientAddress } from './http/client-ip.ts'
import { csrf, ownFormsElsewhere } from './http/csrf.ts'
import { errorHandler, failureResponder } from './http/error-handler.ts'
import type { ErrorNeeds } from './http/error-handler.ts'
import { boundedQuery } from './http/field-length.ts'
import { healthRoutes } from './http/health.routes.ts'
import { loggableError } from './platform/loggable-error.ts'
import { createOverload } from './process/overload.ts'
import { ownHost } from './http/own-host.ts'
import { createRenderer, createTemplates } from './http/render.ts'
import type { Render } from './http/render.ts'
import { requestId } from './http/request-id.ts'
import type { AnyContext } from './http/request-state.ts'
import { securityHeaders } from './http/security-headers.ts'
import { interactionRoutes } from './interaction/interaction.routes.ts'
import { createStartAgain } from './interaction/start-again.ts'
import { createRestarts } from './interaction/restart.ts'
import type { Restarts } from './interaction/restart.ts'
import { signInRoutes } from './pages/sign-in/sign-in.routes.ts'
import { createInteractionPages } from './process/interaction-pages.ts'
import { mailboxRoutes } from './mail/mailbox.routes.ts'
import type { Site } from './feature.ts'
import { openSite } from './process/site.ts'
import { clientNameOf } from './provider/clients/client-documents.ts'
import { endSessionAndGrants } from './sessions/access-endings.ts'
import { offlineEnds, resourceScopeTitle } from './provider/grants/scope-words.ts'
import {
  isForPrograms,
  isLibraryForm,
  LIBRARY_PATHS,
  showsLibraryForm,
} from './provider/endpoints/addresses.ts'
import { postedRequestRoutes } from './provider/endpoints/posted-request.routes.ts'
import { resumedRequestRoutes } from './provider/endpoints/resumed-request.routes.ts'
import { refuseFloods } from './provider/endpoints/floods.routes.ts'
import { refuseOtherAddresses } from './provider/endpoints/other-addresses.routes.ts'
import { fixAddresses } from './provider/endpoints/fixed-addresses.ts'
import type { Parts } from './process/parts.ts'
import { writeProbes } from './process/readiness.ts'
import type { Probes } from './process/readiness.ts'
import { accountRoutes } from './pages/account/account.routes.ts'
import { activationRoutes } from './pages/sign-up/activation.routes.ts'
import { createBrowserSecret } from './interaction/browser-secret.ts'
import { homeRoutes } from './pages/account/home.routes.ts'
import type { FindMember } from './interaction/member.ts'
import { passwordResetRoutes } from './pages/reset/password-reset.routes.ts'
import { registrationRoutes } from './pages/sign-up/sign-up.routes.ts'
import { isLoopback } from './settings/setting-kinds.ts'
import { securityRoutes } from './pages/account/security.routes.ts'
import { createWayBack } from './interaction/way-back.ts'

const HOME = join(dirname(fileURLToPath(import.meta.url)), '..')

export type App = {
  callback: ReturnType<Koa['callback']>
  /** Called once the schema and keys are there; until then everything but health answers 503. */
  open: () => Promise<void>
}

export function createApp(parts: Parts): App {
  const { config, log } = parts
  const koa = new Koa()
  koa.silent = true
  koa.keys = new Keygrip(config.keys.cookie, 'sha256')
  fixAddresses(koa, config.issuer)
  const assets = loadAssets({ publicDir: join(HOME, 'public') })
  const common = onEveryPage(config, assets.assetHref)
  const templates = createTemplates({ viewsDir: join(HOME, 'views'), common: () => common })
  const render = createRenderer(templates)
  const overload = createOverload(parts, templates)
  const renderErrorPage = renderFailure(render, isLoopback(config.issuer))
  const failures = { log, renderErrorPage, answerOverload: overload.answer }
  const opened: { middleware?: Koa.Middleware } = {}
  koa.use(accessLog({ log }))
  koa.use(clientAddress(config))
  koa.use(requestId())
  koa.use(errorHandler(failures))
  koa.use(securityHeaders({ https: config.secure, isPopupPath }))
  koa.use(overload.gate)
  koa.use(assets.middleware)
  koa.use(
    healthRoutes({
      probes: probes(parts, () => opened.middleware !== undefined),
      isDraining: () => parts.draining,
    }).routes(),
  )
  koa.use(ownHost(config.issuer, isForPrograms))
  koa.use((ctx, next) => (opened.middleware ?? notYet)(ctx, next))
  koa.on('error', (error: unknown) => log.error({ err: loggableError(error) }, 'http.broken'))
  return {
    callback: koa.callback(),
    async open() {
      opened.middleware = await createRoutes({ parts, render, failures })
      parts.feed.start()
    },
  }
}

function onEveryPage({ serverName, mail, tokens }: Parts['config'], assetHref: Assets['assetHref']) {
  return {
    serverName,
    offlineEnds: offlineEnds(tokens),
    locale: 'en',
    mailbox: mail.mailbox === 'everybody',
    styleHref: assetHref('style.css'),
    iconHref: assetHref('favicon.svg'),
    waitScriptHref: assetHref('signed-out.js'),
    sendScriptHref: assetHref('send-form.js'),
  }
}

// Apps may open these in a popup and wait for the answer.
const isPopupPath = (path: string) => /^\/(oauth|interaction)\//.test(path)

const notYet: Koa.Middleware = () => {
  throw new AppError('starting', 503, 'The service is starting. Please try again in a moment.', {
    retryAfterSeconds: 2,
  })
}

/** Before the start is done there is no schema to write to. */
function probes(parts: Parts, isOpen: () => boolean): Probes {
  const { db, redis } = parts
  const writes = writeProbes(parts)
  const reads: Probes = {
    database: async () => await db.raw('SELECT 1'),
    ...(redis ? { redis: () => redis.ping() } : {}),
  }
  const chosen = Object.keys(writes).map((name) => [name, () => (isOpen() ? writes : reads)[name]!()])
  return {
    startup: () => (isOpen() ? Promise.resolve() : Promise.reject(new Error('not prepared yet'))),
    ...(Object.fromEntries(chosen) as Probes),
  }
}

type RouteNeeds = { parts: Parts; render: Render; failures: ErrorNeeds }

/** Our own pages stand behind forms and CSRF; the protocol reads its bodies itself. */
async function createRoutes({ parts, render, failures }: RouteNeeds): Promise<Koa.Middleware> {
  const { config, clock, sealer } = parts
  const accounts = createAccountNeeds(parts)
  const restarts = createRestarts({ sealer, issuer: config.issuer, clock })
  const answer = failureResponder(failures)
  const site = await openSite({
    parts,
    render,
    startAgain: (oidc) => createStartAgain({ oidc, render, restarts }),
    renderError: answer,
    interactionUrl: restarts.pageUrl,
  })
  const pages = createInteractionPages({ parts, accounts, site, pageUrl: restarts.pageUrl })
  return inOrder(parts, site, listRouters({ parts, accounts, site, pages, restarts }))
}

/** What each request meets on its way: the protocol first, then the guards of our own pages, then the pages. */
function inOrder({ config, log, features }: Parts, site: Site, routers: ReturnType<typeof listRouters>) {
  const inner = new Koa()
  inner.use(postedRequestRoutes([LIBRARY_PATHS.authorization, LIBRARY_PATHS.end_session]).routes())
  inner.use(resumedRequestRoutes(LIBRARY_PATHS.authorization, 'restart').routes())
  for (const { endpoints } of features)
    for (const router of endpoints?.(site) ?? []) inner.use(router.routes())
  inner.use(
    ownFormsElsewhere({ issuerOrigin: config.issuer, isForm: isLibraryForm, showsForm: showsLibraryForm }),
  )
  inner.use(refuseFloods(site.limits, [LIBRARY_PATHS.authorization, LIBRARY_PATHS.code_verification]))
  inner.use(site.oidc.middleware)
  inner.use(refuseOtherAddresses(log, pagesOf(routers)))
  inner.use(boundedQuery())
  inner.use(formBody())
  inner.use(csrf({ key: config.keys.csrf, issuerOrigin: config.issuer, secure: config.secure }))
  for (const router of routers) inner.use(router.routes()).use(router.allowedMethods())
  return compose(inner.middleware)
}

/** True at the address of a page, whatever the method; what a router runs before its pages is no page. */
function pagesOf(routers: ReturnType<typeof listRouters>) {
  const isPage = ({ methods }: { methods: readonly string[] }) => methods.length > 0
  return ({ path }: { path: string }) => routers.some((router) => router.match(path, 'GET').path.some(isPage))
}

type RouterNeeds = {
  parts: Parts
  accounts: AccountNeeds
  site: Site
  pages: ReturnType<typeof createInteractionPages>
  restarts: Restarts
}

function listRouters({ parts, accounts, site, pages, restarts }: RouterNeeds) {
  const { config, db, clock, store, sealer, features } = parts
  const { oidc, render, startAgain, findMember, findResource } = site
  const mailbox = config.mail.mailbox === 'everybody'
  const browserSecret = createBrowserSecret(config)
  const wayBack = createWayBack({ sealer, isRestart: (sealed) => restarts.open(sealed) !== undefined })
  return [
    homeRoutes({ render, findMember }),
    signInRoutes(pages.signInPage),
    pages.logoRoutes,
    interactionRoutes({ oidc, startAgain, steps: pages.steps, signInAnyway: pages.signInPage.signInAnyway }),
    registrationRoutes({ accounts, render, browserSecret, wayBack, mailbox }),
    activationRoutes({ accounts, render, browserSecret, wayBack }),
    passwordResetRoutes({ accounts, render, browserSecret, wayBack, mailbox }),
    accountRoutes({ accounts, render, findMember }),
    securityRoutes({
      accounts,
      render,
      findMember,
      clientName: (id) => clientNameOf(oidc.current(), id),
      scopeTitle: async (resource, scope) => resourceScopeTitle(await findResource(resource), scope),
      deviceCookie: pages.deviceCookie,
      endSessionAndGrants: (uid) => endSessionAndGrants({ store, clock }, uid),
    }),
    ...features.flatMap(({ pages: own }) => own?.(site) ?? []),
    ...mailboxOf({ config, db, render, findMember }),
  ]
}

type MailboxNeeds = Pick<Parts, 'config' | 'db'> & { render: Render; findMember: FindMember }

function mailboxOf({ config, db, render, findMember }: MailboxNeeds) {
  const { mailbox } = config.mail
  if (mailbox === 'none') return []
  const isAdministrator = async (ctx: AnyContext) => {
    const member = await findMember(ctx)
    return member !== undefined && (await hasRole(db, member.account.id, 'admin'))
  }
  const mayRead = mailbox === 'everybody' ? async () => true : isAdministrator
  return [mailboxRoutes({ db, render: async (...page) => render(...page), mayRead })]
}
