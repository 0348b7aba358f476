/** Builds the OpenID Connect provider from the process's parts. */
import Provider, { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { createAccountNeeds } from '../process/account-needs.ts'
import { createChallengeFeatures } from './challenge.ts'
import type { Render } from '../http/render.ts'
import type { AnyContext } from '../http/request-state.ts'
import { cibaNeeds } from './backchannel.ts'
import { createAdapterFactory, overrideReplayDetection } from '../provider/records/adapter.ts'
import { createClientAdapter } from '../provider/clients/client-adapter.ts'
import { refuseOtherTypes } from '../provider/clients/client-documents.ts'
import { tendClientKeys } from '../provider/clients/client-keys.ts'
import { installSecretComparison } from '../provider/clients/secret-comparison.ts'
import { installCiba } from '../protocol/ciba/ciba.ts'
import { grantLifetimeSeconds } from '../provider/grants/lifetimes.ts'
import type { Lifetimes } from '../provider/grants/lifetimes.ts'
import { installDeviceCodes } from '../protocol/device/device-codes.ts'
import type { DevicePages } from '../protocol/device/device-flow.ts'
import { createLoadExistingGrant } from '../provider/grants/consented-grant.ts'
import type { GrantNeeds } from '../provider/grants/grant.ts'
import { createFindAccount } from '../provider/subjects/find-account.ts'
import { createOidc } from './provider.ts'
import type { Oidc } from '../provider/current-provider.ts'
import type { OidcNeeds } from './provider.ts'
import { createReuseAlert } from '../provider/grants/reuse-alert.ts'
import { logLeftOut } from '../provider/grants/offline-access.ts'
import { installRefreshRenewal } from '../provider/grants/refresh-renewal.ts'
import { createResourceCache, RESOURCES_TOPIC } from '../resources/resources.ts'
import { installLevels } from '../provider/requests/authentication-levels.ts'
import { listDetailsTypes } from '../resources/details-type.ts'
import { installClientLogout } from '../protocol/logout/client-logout.ts'
import { createPairwiseSubjects } from '../provider/subjects/pairwise.ts'
import type { PairwiseSubjects } from '../provider/subjects/pairwise.ts'
import { createAccessEndings } from '../sessions/access-endings.ts'
import { recordEndings } from '../provider/sessions/session-record.ts'
import { ENCRYPTION_KEYS_TOPIC } from '../keys/encryption-keys.ts'
import { loadKeySet } from '../keys/key-set.ts'
import { SIGNING_KEYS_TOPIC } from '../keys/signing-keys.ts'
import type { FlowLimits } from '../provider/records/flow-limits.ts'
import { installTokenIds } from '../grant-store/token-ids.ts'
import { installTokenExchange } from '../protocol/token-exchange/token-exchange.ts'
import type { Parts } from '../process/parts.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { createGuardedFetch } from '../platform/guarded-fetch.ts'
import { createFlows } from './flows.ts'
import { createRegistrationFeatures } from './registration.ts'
import type { RegistrationFeatures } from './registration.ts'
import { showSentForm } from './sent-forms.ts'
import { createSignOutPages } from './sign-out-pages.ts'
import { createStatusLists } from './status-lists.ts'
import type { StatusLists } from './status-lists.ts'

type Given = {
  parts: Parts
  render: Render
  renderError: (ctx: AnyContext, error: unknown) => Promise<void>
  interactionUrl: OidcNeeds['interactionUrl']
  devicePages?: (findResource: OidcNeeds['findResource']) => DevicePages
  /** For a provider that serves no requests but checks what is about to be registered. */
  checksSectors?: () => boolean
  /** What to do with a request that comes back to a finished interaction. */
  startAgain: (ctx: AnyContext) => Promise<void>
}

export type OidcFeatures = Awaited<ReturnType<typeof createOidcFeatures>>

export async function createOidcFeatures({ parts, render, ...given }: Given) {
  const { config, db, clock, feed, log, sealer } = parts
  const resources = createResourceCache({ db, clock, feed })
  const lifetimes = lifetimesOf(config)
  const grantSeconds: GrantNeeds['grantSeconds'] = (grant) => grantLifetimeSeconds(lifetimes, grant)
  const fetch = createGuardedFetch(config.guard)
  const limits = createFlows(parts)
  const challenge = createChallengeFeatures(parts, { lifetimes, grantSeconds, limits })
  const registration = createRegistrationFeatures(parts, fetch)
  const statusLists = createStatusLists(parts)
  const subjects = createPairwiseSubjects(config.keys.index)
  const signOut = signOutOf(parts, { render, lifetimes, subjects })
  const oidc: Oidc = await createOidc({
    ...settingsOf(config),
    clock,
    lifetimes,
    adapter: adapterOf(parts, registration, limits),
    findAccount: createFindAccount(db, config.tokens),
    fetch: refuseOtherTypes(fetch),
    checksSectors: given.checksSectors ?? isRegistering,
    ...registration.configuration,
    pairwiseIdentifier: (_ctx, ...of) => subjects.subjectOf(...of),
    findResource: resources.get,
    loadDetailsTypes: () => listDetailsTypes(db),
    loadExistingGrant: createLoadExistingGrant({ db, clock, grantSeconds }),
    renderError: answerErrors(given, signOut.repeats),
    interactionUrl: given.interactionUrl,
    devicePages: given.devicePages?.(resources.get),
    ciba: cibaNeeds(parts),
    loadKeys: () => loadKeySet(db, sealer),
    install: (provider) =>
      install(provider, parts, { lifetimes, registration, statusLists, subjects, challenge, limits }),
    ...signOut.needs,
    log,
  })
  for (const topic of [SIGNING_KEYS_TOPIC, RESOURCES_TOPIC, ENCRYPTION_KEYS_TOPIC])
    feed.on(topic, oidc.reload)
  const statusListRoutes = statusLists.routes(oidc)
  return { oidc, lifetimes, grantSeconds, findResource: resources.get, statusListRoutes, limits }
}

type SignOut = { render: Render; lifetimes: Lifetimes; subjects: PairwiseSubjects }

function signOutOf(parts: Parts, { render, lifetimes, subjects }: SignOut) {
  const { db, clock, store, config } = parts
  const { noteEnded } = createAccessEndings(parts)
  const pages = createSignOutPages({ db, store, clock, noteEnded, render, subjects })
  const record = recordEndings({ db, clock, store, lifetimes, maxActive: config.sessions.maxActive })
  return {
    repeats: pages.repeat,
    needs: {
      renderLogout: pages.ask,
      renderSignedOut: pages.showDone,
      async afterRequest(ctx: KoaContextWithOIDC) {
        await record(ctx)
        await pages.afterRequest(ctx)
        showSentForm(render, ctx)
      },
    },
  }
}

type Repeats = ReturnType<typeof signOutOf>['repeats']

function answerErrors(given: Pick<Given, 'renderError' | 'startAgain'>, repeats: Repeats) {
  return async (ctx: KoaContextWithOIDC, _out: unknown, error: unknown): Promise<void> => {
    if (repeats(ctx, error)) return
    await (isLost(ctx, error) ? given.startAgain(ctx) : given.renderError(ctx, error))
  }
}

function isRegistering(): boolean {
  const { route } = Provider.ctx?.oidc ?? {}
  return route === 'registration' || route === 'client_update'
}

function isLost({ oidc }: KoaContextWithOIDC, error: unknown): boolean {
  return oidc.route === 'resume' && error instanceof errors.SessionNotFound
}

function adapterOf(parts: Parts, { storeRegistered, adapters }: RegistrationFeatures, limits: FlowLimits) {
  const { config, db, clock, feed, sealer, store, log } = parts
  const accounts = createAccountNeeds(parts)
  const { noteEnded } = accounts
  return createAdapterFactory({
    store,
    clock,
    refreshGraceMs: config.tokens.refreshGraceMs,
    limits,
    pageMs: config.sessions.interactionSeconds * SECOND_MS,
    clientAdapter: createClientAdapter({ db, noteEnded, sealer, clock, feed, storeRegistered }),
    adapters,
    secrets: config.keys.records,
    onReuse: createReuseAlert({ ...accounts, log }),
  })
}

type Installed = {
  lifetimes: Lifetimes
  registration: RegistrationFeatures
  statusLists: StatusLists
  subjects: PairwiseSubjects
  challenge: { install: (provider: Provider) => void }
  limits: FlowLimits
}

function install(provider: Provider, parts: Parts, given: Installed): void {
  const { lifetimes, registration, statusLists, subjects, challenge, limits } = given
  const { config, db, clock, store, outbox, log } = parts
  installTokenIds(provider)
  installTokenExchange(provider, { db, clock, store, subjects })
  overrideReplayDetection(provider, { store, limits })
  installClientLogout(provider, { db, clock, outbox })
  installLevels(provider)
  logLeftOut(provider, { clock, log })
  installRefreshRenewal(provider, { clock, lifetimes })
  installDeviceCodes(provider, { db, clock, store, key: config.keys.index, ...config.limits })
  registration.install(provider)
  installSecretComparison(provider, clock)
  tendClientKeys(provider, { clock, log })
  installCiba(provider, { ...cibaNeeds(parts), subjects })
  statusLists.install(provider)
  challenge.install(provider)
}

function settingsOf(config: Parts['config']) {
  return {
    issuer: config.issuer,
    secure: config.secure,
    algorithm: config.tokens.algorithm,
    idTokenAlgorithm: config.tokens.idTokenAlgorithm,
    cookieKeys: config.keys.cookie,
    dpopNonceSecret: config.keys.dpopNonces,
    dpopNonceRequired: config.binding.dpopNonceRequired,
    mtls: config.binding.mtls,
    unverifiedMayAuthorize: config.accounts.unverifiedMayAuthorize,
  }
}

function lifetimesOf({ tokens, sessions }: Parts['config']): Lifetimes {
  return {
    accessTokenSeconds: tokens.accessTokenSeconds,
    refreshTokenSeconds: tokens.refreshTokenSeconds,
    offlineIdleSeconds: tokens.offlineIdleSeconds,
    offlineAbsoluteSeconds: tokens.offlineAbsoluteSeconds,
    authorizationCodeSeconds: tokens.authorizationCodeSeconds,
    interactionSeconds: sessions.interactionSeconds,
    sessionIdleSeconds: sessions.idleSeconds,
    sessionAbsoluteSeconds: sessions.absoluteSeconds,
  }
}
