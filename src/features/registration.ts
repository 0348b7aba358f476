/** Builds what lets clients register and describe themselves, from the process's parts. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import type Provider from 'oidc-provider'
import { takeFromBuckets } from '../attempts/bucket.ts'
import { networkTakes } from '../attempts/network-limit.ts'
import { AppError } from '../platform/errors.ts'
import { requestState } from '../http/request-state.ts'
import { clientDocuments, outliveDocuments, restrainDocument } from '../provider/clients/client-documents.ts'
import { authenticationMethods } from '../provider/binding/mtls.ts'
import { createDocumentGate } from '../provider/clients/document-gate.ts'
import { noteClientUse } from '../protocol/registration/registered-clients.ts'
import { parsePolicy } from '../protocol/registration/registration-policy.ts'
import { createDynamicRegistration } from '../protocol/registration/registration.ts'
import type { Parts } from '../process/parts.ts'
import { DAY_MS, HOUR_MS, SECOND_MS } from '../platform/clock.ts'
import type { GuardedFetch } from '../platform/guarded-fetch.ts'
import { loggableError } from '../platform/loggable-error.ts'

/** In an hour from one network: clients that anybody may register, and documents that are fetched for the first time. */
const limitsOf = ({ registration }: Parts['config']) => ({
  'open-registration': {
    limit: registration.openPerHour,
    what: 'open registrations',
    setting: 'ACCOUNT_SERVER_OPEN_REGISTRATIONS_PER_HOUR',
  },
  'client-document': { limit: 60, what: 'documents of new clients', setting: undefined },
})

type Limited = keyof ReturnType<typeof limitsOf>

export type RegistrationFeatures = ReturnType<typeof createRegistrationFeatures>

export function createRegistrationFeatures(parts: Parts, fetch: GuardedFetch) {
  const { config, db, clock, sealer } = parts
  const { mode, resources, documents, statementIssuers } = config.registration
  const admit = createAdmission(parts)
  const registration = createDynamicRegistration({
    db,
    clock,
    sealer,
    fetch,
    statementIssuers,
    idTokenAlgorithm: config.tokens.idTokenAlgorithm,
    authMethods: authenticationMethods(config.binding),
    openPolicy: openPolicy(mode, resources),
    admit: admit('open-registration'),
  })
  const gate = documentGate(parts, admit('client-document'))
  const documentRules = {
    hosts: documents,
    resources,
    issuer: config.issuer,
    gate,
  }
  return {
    configuration: {
      restrainClient: (metadata: Record<string, unknown>) => restrainDocument(metadata, resources),
      registrationFeatures: {
        ...registration.features,
        clientIdMetadataDocument: clientDocuments(documentRules),
      },
    },
    adapters: registration.adapters,
    storeRegistered: registration.storeRegistered,
    install(provider: Provider) {
      registration.install(provider)
      outliveDocuments(provider, gate)
      noteUses(provider, parts)
    },
  }
}

function documentGate({ config, clock, log }: Parts, admit: (ctx: KoaContextWithOIDC) => Promise<void>) {
  return createDocumentGate({
    clock,
    ...config.documentLimits,
    admit,
    onRefused: (refused) => log.warn(refused, 'documents.refused'),
  })
}

function openPolicy(mode: Parts['config']['registration']['mode'], resources: readonly string[]) {
  if (mode === 'token') return undefined
  return parsePolicy({ profiles: mode === 'mcp' ? ['mcp'] : ['default', 'mcp'], resources })
}

/** The refusal says which limit it is and how long; the log says it once for a network, until the limit is over. */
function createAdmission({ config, db, clock, log }: Parts) {
  const limits = limitsOf(config)
  const logged = new Map<string, number>()
  return (kind: Limited) => async (ctx: KoaContextWithOIDC) => {
    const { limit, what, setting } = limits[kind]
    const counted = { key: config.keys.index, ...config.limits }
    const { clientIp = '', requestId } = requestState(ctx)
    const rule = { limit, windowMs: HOUR_MS }
    const takes = networkTakes(counted, ['request', kind], clientIp, rule, clock())
    const taken = await takeFromBuckets(db, takes)
    if (taken.allowed) return
    const { retryAfterSeconds } = taken
    const bucket = takes[0]?.bucket ?? ''
    if ((logged.get(bucket) ?? 0) <= clock()) {
      if (logged.size >= MOST_NOTED) logged.clear()
      logged.set(bucket, clock() + retryAfterSeconds * SECOND_MS)
      log.info({ requestId, what, limit, retryAfterSeconds, setting }, 'oidc.limited')
    }
    const words = `${limit} ${what} an hour are taken from one network: try again in ${retryAfterSeconds} seconds`
    throw new AppError('too_many_requests', 429, words, { retryAfterSeconds })
  }
}

/** Notes once a day which clients are in use; a failure costs nothing but the note. */
function noteUses(provider: Provider, { db, clock, log }: Parts): void {
  const noted = new Map<string, number>()
  provider.on('grant.success', (ctx) => {
    const clientId = ctx.oidc.client?.clientId
    const nowMs = clock()
    if (!clientId || (noted.get(clientId) ?? 0) > nowMs - DAY_MS) return
    if (noted.size >= MOST_NOTED) noted.clear()
    noted.set(clientId, nowMs)
    noteClientUse(db, clientId, nowMs).catch((error: unknown) => {
      noted.delete(clientId)
      log.warn({ err: loggableError(error) }, 'client.use_not_noted')
    })
  })
}

const MOST_NOTED = 10_000
