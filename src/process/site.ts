/** Puts the provider together from the parts that every provider has and the parts of each feature. */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { CachedAccount } from '../account-cache/known-account.ts'
import { strongestLevel } from '../accounts/second-factor-needed.ts'
import { isFactorRequired } from '../factors/required-factor.ts'
import { commandLineClient } from '../operations/own-clients/command-line-client.ts'
import { consoleClient } from '../operations/own-clients/console-client.ts'
import { docsClient } from '../operations/own-clients/docs-client.ts'
import { apiResource } from '../operations/scopes.ts'
import type { Site } from '../feature.ts'
import type { Render } from '../http/render.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { createFindMember } from '../interaction/member.ts'
import { createNextPage } from '../interaction/next-page.ts'
import { createWearBrand } from '../provider/clients/worn-brand.ts'
import type { StartAgain } from '../interaction/start-again.ts'
import { ENCRYPTION_KEYS_TOPIC } from '../keys/encryption-keys.ts'
import { loadKeySet } from '../keys/key-set.ts'
import { SIGNING_KEYS_TOPIC } from '../keys/signing-keys.ts'
import { hasPasskeys } from '../passkeys/options.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { countLookUps } from '../platform/metrics/look-ups.ts'
import { createGuardedFetch } from '../platform/network/guarded-fetch.ts'
import { createErrorNotes } from '../clients/errors/error-notes.ts'
import { createClientAdapter } from '../provider/clients/client-adapter.ts'
import { refuseOtherTypes } from '../provider/clients/client-documents.ts'
import { installClientKeys } from '../provider/clients/client-keys.ts'
import { documentPart } from '../provider/clients/document-part.ts'
import { installSecretComparison } from '../provider/clients/secret-comparison.ts'
import type { Oidc } from '../provider/contract/current-provider.ts'
import { createLoadExistingGrant } from '../provider/grants/consented-grant.ts'
import { lifetimesOf } from '../provider/grants/lifetimes.ts'
import { logLeftOut } from '../provider/grants/offline-access.ts'
import { refreshRenewal } from '../provider/grants/refresh-renewal.ts'
import { installAddedClaims } from '../provider/grants/added-claims.ts'
import { createReuseAlert } from '../provider/grants/reuse-alert.ts'
import { byEndpoint } from '../provider/contract/protocol-part.ts'
import type { ProtocolPart, RefusedHook } from '../provider/contract/protocol-part.ts'
import { createOidc } from '../provider/provider.ts'
import type { OidcNeeds } from '../provider/provider.ts'
import { sendForms } from '../provider/library/response-modes.ts'
import { createAdapterFactory, overrideReplayDetection } from '../provider/records/adapter.ts'
import type { FlowLimits } from '../provider/records/flow-limits.ts'
import { installTokenIds } from '../provider/records/issued-ids.ts'
import { installLevels } from '../provider/requests/authentication-levels.ts'
import { noteUses } from '../provider/grants/noted-uses.ts'
import { recordEndings } from '../provider/sessions/recorded-sign-ins.ts'
import { countTokens } from '../provider/grants/token-metrics.ts'
import { createFindAccount } from '../provider/subjects/find-account.ts'
import { installOwnAccessTokens } from '../provider/subjects/own-access-token.ts'
import { createPairwiseSubjects } from '../provider/subjects/pairwise.ts'
import { listDetailsTypes } from '../resources/details-type.ts'
import { createResourceCache, RESOURCES_TOPIC } from '../resources/resources.ts'
import { createFlows } from './flows.ts'
import type { Parts } from './start/parts.ts'
import { createSentForms } from './sent-forms.ts'

/** What people see of the protocol. */
type SitePages = Pick<Site, 'render' | 'askSelf'> & {
  renderError: (ctx: AnyContext, error: unknown) => Promise<void>
  interactionUrl: OidcNeeds['interactionUrl']
  /** Restarts a request that returns to a finished interaction. */
  startAgain: (oidc: Oidc) => StartAgain
}

/** The provider, and what pages use. */
export async function openSite(parts: Parts, pages: SitePages): Promise<Site> {
  const { accountCache, config, db, clock, feed, log, sealer } = parts
  const { site, opened, resources } = prepareSite(parts, pages)
  const { oidc, render, limits, startAgain } = site
  const lifetimes = lifetimesOf(config)
  const subjects = createPairwiseSubjects(config.keys.index)
  const documents = documentPart(parts)
  // A sign-in must be recorded as ended before the sign-out page says so.
  const protocolParts = [
    ownPart(parts, { limits, render, startAgain }),
    ...parts.features.flatMap(({ protocol }) => (protocol ? [protocol(site)] : [])),
    documents.part,
  ]
  opened.oidc = await createOidc({
    ...settingsOf(parts),
    clock,
    lifetimes,
    parts: protocolParts,
    adapter: adapterOf(parts, protocolParts, limits),
    findAccount: createFindAccount(accountCache, { ...config.tokens, issuer: config.issuer }),
    fetch: refuseOtherTypes(createGuardedFetch(config.guard)),
    restrainClient: documents.restrainClient,
    pairwiseIdentifier: (_ctx, ...of) => subjects.subjectOf(...of),
    findResource: resources.get,
    loadDetailsTypes: () => listDetailsTypes(db),
    loadExistingGrant: createLoadExistingGrant(parts),
    renderError: answerErrors(protocolParts, pages.renderError),
    interactionUrl: pages.interactionUrl,
    loadKeys: () => loadKeySet(db, sealer),
    log,
  })
  for (const topic of [SIGNING_KEYS_TOPIC, RESOURCES_TOPIC, ENCRYPTION_KEYS_TOPIC])
    feed.on(topic, oidc.reload)
  return { ...site, oidc: opened.oidc }
}

/** All but the provider, which needs keys: until it is `opened`, who asks for it gets an error. */
export function prepareSite(parts: Parts, pages: SitePages) {
  const { render, askSelf } = pages
  const resources = resourcesOf(parts)
  const opened: { oidc?: Oidc } = {}
  const oidc = lazily(opened)
  const startAgain = pages.startAgain(oidc)
  const common = { render, askSelf, startAgain, findResource: resources.get, limits: createFlows(parts) }
  const site: Site = { oidc, ...common, ...pageTools(parts, oidc) }
  return { site, opened, resources }
}

function resourcesOf({ config, metrics, ...services }: Parts) {
  const onLookUp = countLookUps(metrics, 'resources')
  return createResourceCache({ ...services, own: [apiResource(config)], onLookUp })
}

/** What the pages of a signed-in person share. */
function pageTools(parts: Parts, oidc: Oidc): Pick<Site, 'findMember' | 'nextPage' | 'wearBrand'> {
  const { config, db, clock } = parts
  return {
    findMember: createFindMember({ db, clock, config, oidc, lifetimes: lifetimesOf(config) }),
    nextPage: createNextPage(parts),
    wearBrand: createWearBrand({ oidc, brand: config.brand }),
  }
}

/** Features get the provider before it is built from their parts. */
function lazily(opened: { oidc?: Oidc }): Oidc {
  const oidc = () => {
    if (!opened.oidc) throw new Error('the provider is still being put together')
    return opened.oidc
  }
  return {
    current: () => oidc().current(),
    middleware: (ctx, next) => oidc().middleware(ctx, next),
    reload: () => oidc().reload(),
  }
}

function answerErrors(protocolParts: readonly ProtocolPart[], renderError: SitePages['renderError']) {
  const hooks = byEndpoint(protocolParts.flatMap(({ refused = [] }) => refused))
  return async (ctx: KoaContextWithOIDC, _out: unknown, error: unknown): Promise<void> => {
    for (const run of hooks.get(ctx.oidc.route) ?? []) if (await run(ctx, error)) return
    await renderError(ctx, error)
  }
}

function adapterOf(parts: Parts, protocolParts: readonly ProtocolPart[], limits: FlowLimits) {
  const { config, clock, store } = parts
  return createAdapterFactory({
    store,
    clock,
    refreshTokenGraceMs: config.tokens.refreshTokenGraceMs,
    limits,
    pageMs: config.sessions.interactionExpireSeconds * SECOND_MS,
    clientAdapter: createClientAdapter(parts, ownClients(config)),
    records: Object.assign({}, ...protocolParts.map(({ records }) => records)) as ProtocolPart['records'],
    secrets: config.keys.records,
    onReuse: createReuseAlert(parts),
  })
}

function ownClients(config: Parts['config']) {
  return [
    consoleClient(config),
    ...(config.registration.commandLineSignIn ? [commandLineClient(config)] : []),
    ...(config.docs ? [docsClient(config)] : []),
  ]
}

type Own = { limits: FlowLimits; render: Render; startAgain: StartAgain }

/** The parts of every provider, with or without features. */
function ownPart(
  { accountCache, tokenStatuses, config, db, clock, store, log, metrics, outbox }: Parts,
  { limits, render, startAgain }: Own,
): ProtocolPart {
  const lifetimes = lifetimesOf(config)
  return {
    after: [
      ...recordEndings({ db, clock, store, config, outbox }),
      noteUses({ db, clock, log }),
      countTokens(metrics),
    ],
    refused: [restartLost(startAgain)],
    grants: [refreshRenewal({ clock, lifetimes })],
    install(provider) {
      installTokenIds(provider)
      overrideReplayDetection(provider, { store, limits })
      installLevels(provider)
      installAddedClaims(provider)
      logLeftOut(provider, { clock, log })
      installSecretComparison(provider, clock)
      installClientKeys(provider, clock, log)
      installOwnAccessTokens(provider, { db, store, accountCache, tokenStatuses })
      sendForms(provider, createSentForms(render))
    },
  }
}

/** The page of a sign-in without its session asks for the sign-in again. */
function restartLost(startAgain: StartAgain): RefusedHook {
  return {
    at: ['resume'],
    async run(ctx, error) {
      if (!(error instanceof errors.SessionNotFound)) return false
      await startAgain(ctx)
      return true
    },
  }
}

function settingsOf(parts: Parts) {
  const { config, db } = parts
  return {
    noteError: createErrorNotes(parts),
    issuer: config.issuer,
    secure: config.secure,
    tokenAlgorithm: config.tokens.tokenAlgorithm,
    idTokenAlgorithm: config.tokens.idTokenAlgorithm,
    cookieKeys: config.keys.cookie,
    dpopNonceSecret: config.keys.dpopNonces,
    dpopNonceRequired: config.binding.dpopNonceRequired,
    mtls: config.binding.mtls,
    unverifiedAccountsMayAuthorize: config.accounts.unverifiedAccountsMayAuthorize,
    termsVersion: config.registration.termsVersion,
    secondFactors: {
      passkeys: hasPasskeys({ config }),
      strongest: (accountId: string) => strongestLevel(db, accountId),
      isRequired: (account: CachedAccount) => isFactorRequired({ db, config }, account),
    },
  }
}
