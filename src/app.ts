/** The server: what every request meets, and behind it the routes of all features once the process is prepared. */
import { join } from 'node:path'
import Keygrip from 'keygrip'
import Koa from 'koa'
import type Provider from 'oidc-provider'
import { shownBrand } from './brand/brand.ts'
import { brandRoutes } from './brand/brand.routes.ts'
import { isOfApi } from './operations/scopes.ts'
import { AppError } from './platform/errors.ts'
import { renderFailure } from './pages/errors/failure-page.ts'
import { createTryLater } from './pages/errors/try-later.routes.ts'
import { accessLog } from './http/access-log.ts'
import { createAskSelf } from './http/ask-self.ts'
import { loadAssets } from './http/assets.ts'
import type { Assets } from './http/assets.ts'
import { clientAddress } from './http/request/client-ip.ts'
import { errorHandler } from './http/error-handler.ts'
import { healthRoutes } from './http/health.routes.ts'
import { loggableError } from './platform/logging/loggable-error.ts'
import { createOverload } from './process/floods.ts'
import { ownHost } from './http/request/own-host.ts'
import { createRenderer, createTemplates } from './http/render.ts'
import { countFailures, countLimits, requestMetrics } from './http/request-metrics.ts'
import { requestTracing } from './http/request-tracing.ts'
import type { Render, Templates } from './http/render.ts'
import { requestLanguage } from './http/request/request-language.ts'
import type { LanguageRules } from './http/request/request-language.ts'
import { requestState } from './http/request/request-state.ts'
import { requestId } from './http/request/request-id.ts'
import { securityHeaders } from './http/security-headers.ts'
import { offlineEnds } from './provider/grants/scope-words.ts'
import { DIRECT_PATHS, isForPrograms, patternOfProtocol } from './provider/endpoints/addresses.ts'
import { fixHost } from './provider/endpoints/fixed-addresses.ts'
import type { Parts } from './process/start/parts.ts'
import { isLoopback } from './settings/kinds/setting-kinds.ts'
import { readinessProbes } from './process/readiness.ts'
import { LANGUAGES, loadCatalogue } from './words/catalogue.ts'
import { readingIn } from './words/reader.ts'
import { openRoutes } from './process/routes.ts'
import type { Routes } from './process/routes.ts'

const HOME = join(import.meta.dirname, '..')

export type App = {
  callback: ReturnType<Koa['callback']>
  /** Called once the schema and keys are there; until then everything but health answers 503. */
  open: () => Promise<void>
  /** The provider that serves, once it is open: for a worker in the same process. */
  provider: () => Provider
}

type Opened = { routes?: Routes }

export function createApp(parts: Parts): App {
  const { config, log, clock } = parts
  const koa = new Koa()
  koa.silent = true
  koa.keys = new Keygrip(config.keys.cookie, 'sha256')
  fixHost(koa, config.issuer)
  const assets = loadAssets({ publicDir: join(HOME, 'public') })
  const developer = isLoopback(config.issuer)
  const templates = templatesOf(config, assets.assetHref, developer)
  const languages = { secure: config.secure, clock, developer }
  const render = createRenderer(templates, languages)
  const { failures, gate, tryLater } = refusals(parts, render, developer)
  const opened: Opened = {}
  koa
    .use(requestMetrics(parts.metrics, patternOf))
    .use(accessLog({ log, onFailed: countFailures(parts.metrics) }))
  koa.use(clientAddress(config.trustedProxies))
  koa.use(requestTracing(parts.tracing, patternOf))
  koa.use(requestId())
  koa.use(errorHandler(failures))
  koa.use(securityHeaders(config.secure, isPopupPath))
  koa.use(endpointsOf(opened))
  koa.use(gate)
  koa.use(brandRoutes(config.brand)).use(assets.middleware)
  koa.use(health(parts, opened).routes())
  koa.use(ownHost(config.issuer, (path) => isForPrograms(path) || isOfApi(path)))
  koa.use(tryLater.routes())
  koa.use(forReader(languages, (ctx, next) => (opened.routes?.others ?? notYet)(ctx, next)))
  koa.on('error', (error: unknown) => log.error({ err: loggableError(error) }, 'http.broken'))
  const callback = koa.callback()
  return {
    callback,
    async open() {
      const askSelf = createAskSelf(config.issuer, callback)
      opened.routes = await openRoutes(parts, { render, askSelf, failures })
      parts.feed.start()
    },
    provider: () => providerOf(opened),
  }
}

function health(parts: Parts, opened: Opened) {
  const isStarted = () => opened.routes !== undefined
  const isDraining = () => parts.draining
  return healthRoutes(readinessProbes(parts, isStarted), { isStarted, isDraining })
}

/** How failures are answered, and what refuses floods. */
function refusals(parts: Parts, render: Render, developer: boolean) {
  const tryLater = createTryLater(parts)
  const pages = { renderErrorPage: renderFailure(render, developer), leadElsewhere: tryLater.lead }
  const { answer, gate } = createOverload(parts, pages)
  const failures = { ...pages, log: parts.log, answerOverload: answer, onLimit: countLimits(parts.metrics) }
  return { failures, gate, tryLater: tryLater.routes(pages.renderErrorPage) }
}

function providerOf({ routes }: Opened): Provider {
  if (!routes) throw new Error('the server is not open yet')
  return routes.provider()
}

/** One look at the address: a program's request meets none of what is there for people and their forms. */
function endpointsOf(opened: Opened): Koa.Middleware {
  return (ctx, next) =>
    DIRECT_PATHS.has(ctx.path) && opened.routes ? opened.routes.direct(ctx, next) : next()
}

/** What the request causes, such as a mail, is in its language. */
function forReader(languages: LanguageRules, inner: Koa.Middleware): Koa.Middleware {
  return (ctx, next) =>
    readingIn(
      () => requestLanguage(ctx, languages),
      () => inner(ctx, next),
      () => requestState(ctx).brandOf,
    )
}

function templatesOf(config: Parts['config'], assetHref: Assets['assetHref'], developer: boolean): Templates {
  const catalogue = loadCatalogue({ strict: developer })
  return createTemplates(join(HOME, 'views'), catalogue, onEveryPage(config, assetHref))
}

function onEveryPage(
  { serverName, brand, mail, registration, tokens }: Parts['config'],
  assetHref: Assets['assetHref'],
) {
  const { termsVersion } = registration
  return {
    serverName,
    offlineEnds: offlineEnds(tokens),
    languages: LANGUAGES,
    brand: shownBrand(brand),
    // Of this server, also on pages with the brand of an app.
    terms: termsVersion && {
      version: termsVersion,
      href: brand.links.terms,
      privacyHref: brand.links.privacy,
    },
    // Everybody may read the mails here, so pages link to them.
    mailbox: mail.mailbox === 'everybody',
    styleHref: assetHref('style.css'),
    iconHref: assetHref('favicon.svg'),
    waitScriptHref: assetHref('signed-out.js'),
    mailWaitScriptHref: assetHref('mail-wait.js'),
    docsScriptHref: assetHref('docs.js'),
    docsStyleHref: assetHref('docs.css'),
    sendScriptHref: assetHref('send-form.js'),
    passwordScriptHref: assetHref('password.js'),
    challengeScriptHref: assetHref('challenge.js'),
    challengeWorkerHref: assetHref('challenge-worker.js'),
    passkeyScriptHref: assetHref('passkey.js'),
    zoneScriptHref: assetHref('time-zone.js'),
    timesScriptHref: assetHref('local-times.js'),
    typedScriptHref: assetHref('typed.js'),
    sentScriptHref: assetHref('sent.js'),
  }
}

const patternOf = (path: string) => (path.startsWith('/assets/') ? '/assets/:file' : patternOfProtocol(path))

// Apps may open these in a popup and wait for the answer.
const isPopupPath = (path: string) => /^\/(oauth|interaction)\//.test(path)

const notYet: Koa.Middleware = () => {
  throw new AppError('starting', 503, 'The service is starting. Please try again in a moment.', {
    retryAfterSeconds: 2,
  })
}
