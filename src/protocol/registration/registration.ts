/**
 * Dynamic client registration and management (RFC 7591, 7592) on the library's endpoints. The library reads the
 * request, finds the tokens and answers. This file decides who may register what, and what is stored. Secrets are
 * stored as digests or sealed, so answers are made from our own record.
 */
import { errors, Provider } from 'oidc-provider'
import type { Adapter, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { AppError } from '../../platform/errors.ts'
import type { GuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { randomToken } from '../../platform/tokens.ts'
import { scopesForLibrary } from '../../provider/clients/client-adapter.ts'
import { placeStep } from '../../provider/library/own-provider.ts'
import { clientBrandOf } from '../../clients/client-brand.ts'
import { exceptionsFor } from '../../clients/client-exceptions.ts'
import type { Exceptions } from '../../clients/client-exceptions.ts'
import { parseClientMetadata } from '../../clients/client-rules.ts'
import type { ClientMetadata } from '../../clients/client-metadata.ts'
import { withIdTokenAlg } from '../../clients/profiles.ts'
import {
  compareClientSecret,
  isStandIn,
  keepOrIssueSecret,
  secretForLibrary,
} from '../../clients/client-secret.ts'
import type { StoredSecret } from '../../clients/client-secret.ts'
import { findResource } from '../../resources/resources.ts'
import { takenMetadata } from '../../clients/taken-metadata.ts'
import type { Services } from '../../services.ts'
import { newTokenId } from '../../grant-store/token-ids.ts'
import type { Db } from '../../platform/sql/database.ts'
import { scopeWarningsOfClient } from '../../resources/scope-warnings.ts'
import { fittedMetadata } from './fitted-metadata.ts'
import { findUsableToken } from './initial-access-tokens.ts'
import {
  findByRegistrationToken,
  findRegistered,
  insertRegistered,
  removeRegistrationToken,
  replaceRegistered,
  setRegistrationToken,
} from './registered-clients.ts'
import { checkPolicy, withPolicy } from './registration-policy.ts'
import type { RegistrationPolicy } from './registration-policy.ts'
import { admitOpen, registrationEnded, showStored } from './registration.routes.ts'
import { readStatement } from './software-statement.ts'
import type { StatementIssuer } from './software-statement.ts'

export type RegistrationNeeds = Pick<Services, 'db' | 'clock' | 'sealer' | 'log'> & {
  /** What anybody may register. `undefined` when an initial access token is required. */
  openPolicy: RegistrationPolicy | undefined
  /** Counts an open registration from this request's network. @throws AppError 429 */
  admit: (ctx: KoaContextWithOIDC) => Promise<void>
  softwareStatementIssuers: readonly StatementIssuer[]
  fetch: GuardedFetch
  /** The default for clients that name none. */
  idTokenAlgorithm: ClientMetadata['id_token_signed_response_alg']
  /** The client authentication methods that are allowed here. */
  authMethods: readonly string[]
}

/** What the current request is about to store. */
type Pending = {
  clientId: string
  metadata: ClientMetadata
  policy: RegistrationPolicy
  by: string
  /** Set for an update: the secret that is kept, and the registration access token of the request. */
  update?: { secret: StoredSecret; token: string }
  /** A secret that is shown in the answer. */
  plain?: string
}

export function createDynamicRegistration(needs: RegistrationNeeds) {
  const pending = new WeakMap<object, Pending>()
  // Means that no token was needed. It is random, so that nobody can present it to avoid the limits.
  const openToken = newTokenId('InitialAccessToken')
  return {
    features: features(needs, openToken, pending),
    records: {
      InitialAccessToken: () => initialAccessTokens(needs, openToken),
      RegistrationAccessToken: () => registrationAccessTokens(needs),
      Client: (clients: Adapter) => ({
        async upsert(...client: Parameters<Adapter['upsert']>) {
          await store(needs, pending.get(Provider.ctx ?? {}))
          await clients.upsert(...client)
        },
      }),
    },
    before: needs.openPolicy ? [admitOpen(needs.admit, openToken)] : [],
    after: [showStored(needs.db, (ctx) => pending.get(ctx)?.plain)],
    install: translateSecrets,
  }
}

type Stash = WeakMap<object, Pending>

function features(needs: RegistrationNeeds, openToken: string, pending: Stash): Configuration['features'] {
  return {
    registration: {
      enabled: true,
      initialAccessToken: true,
      issueRegistrationAccessToken: true,
      secretFactory: () => randomToken(),
      policies: {
        registration: async (ctx, properties) => {
          const request = await refusing(() => read(needs, openToken, ctx as KoaContextWithOIDC, properties))
          pending.set(ctx, request)
        },
      },
    },
    registrationManagement: { enabled: true, rotateRegistrationAccessToken: true },
  }
}

/** Replaces `properties` by the checked metadata to register. */
async function read(
  needs: RegistrationNeeds,
  openToken: string,
  ctx: KoaContextWithOIDC,
  properties: Record<string, unknown>,
): Promise<Pending> {
  const clientId = String(properties['client_id'])
  const allowed = await allowance(needs, openToken, ctx, clientId)
  const stated = await readStatement(needs, properties['software_statement'])
  const taken = takenMetadata({ ...properties, ...stated })
  const offered = { authMethods: needs.authMethods, resourceScopes: await scopesOf(needs.db, allowed) }
  const fitted = fittedMetadata(taken, allowed.policy, offered)
  const described = { ...withPolicy(fitted, allowed.policy), ...allowed.kept }
  const metadata = parseClientMetadata({
    ...withIdTokenAlg(described, needs.idTokenAlgorithm),
    ...exceptionsFor(described, allowed.exceptions ?? allowed.policy),
  })
  checkPolicy(metadata, allowed.policy)
  const method = metadata.token_endpoint_auth_method
  const issued = keepOrIssueSecret(needs.sealer, clientId, method, allowed.secret)
  const secret = issued.plain ?? secretForLibrary(needs.sealer, clientId, issued.stored)
  const issuedAt = properties['client_id_issued_at']
  for (const name of Object.keys(properties)) delete properties[name]
  Object.assign(properties, metadata, scopesForLibrary(metadata.scope), {
    client_id: clientId,
    client_id_issued_at: issuedAt,
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
  })
  const update = allowed.token === undefined ? undefined : { secret: issued.stored, token: allowed.token }
  return { clientId, metadata, policy: allowed.policy, by: allowed.by, update, plain: issued.plain }
}

async function scopesOf(db: Db, { policy, kept }: Allowance): Promise<Set<string>> {
  const resources = kept?.allowed_resources ?? policy.resources
  const found = await Promise.all(resources.map((identifier) => findResource(db, identifier)))
  return new Set(found.flatMap((resource) => resource?.scopes.split(' ') ?? []))
}

const NO_SECRET: StoredSecret = { secretHash: null, secretSealed: null }

type Allowance = {
  policy: RegistrationPolicy
  by: string
  secret: StoredSecret
  /** Of an update: the registration access token. */
  token?: string
  /** The operator's decisions about this client stay. */
  kept?: Partial<ClientMetadata>
  exceptions?: Exceptions
}

async function allowance(
  { db, clock, openPolicy }: RegistrationNeeds,
  openToken: string,
  ctx: KoaContextWithOIDC,
  clientId: string,
): Promise<Allowance> {
  if (ctx.oidc.route === 'client_update') {
    const found = await findRegistered(db, clientId)
    if (!found) throw registrationEnded()
    const { first_party, allowed_resources, allowed_groups, custom_claims, ...exceptions } =
      found.client.metadata
    const kept = {
      first_party,
      allowed_resources,
      allowed_groups,
      custom_claims,
      ...clientBrandOf(found.client.metadata),
    }
    const token = ctx.oidc.entities.RegistrationAccessToken?.jti ?? ''
    return { policy: found.policy, exceptions, by: '', secret: found.secret, token, kept }
  }
  const token = ctx.oidc.entities.InitialAccessToken?.jti ?? ''
  if (token === openToken && openPolicy) return { policy: openPolicy, by: 'open', secret: NO_SECRET }
  const found = await findUsableToken(db, token, clock())
  if (!found) throw new errors.InvalidToken('initial access token not found')
  return { policy: found.policy, by: found.id, secret: NO_SECRET }
}

async function store(needs: RegistrationNeeds, request: Pending | undefined): Promise<void> {
  if (!request) throw new AppError('not_supported', 501, 'Clients are stored by registration alone.')
  const { clientId, metadata, update } = request
  if (update) {
    if (await replaceRegistered(needs.db, { clientId, metadata, ...update }, needs.clock)) return
    throw registrationEnded()
  }
  const inserted = await insertRegistered(needs.db, { ...request, secret: request.plain }, needs)
  if (!inserted) throw new errors.InvalidToken('the initial access token was used up')
  const warnings = await scopeWarningsOfClient(needs.db, metadata)
  if (warnings.length > 0) needs.log.warn({ clientId, warnings }, 'client.scopes_without_text')
}

function initialAccessTokens({ db, clock }: RegistrationNeeds, openToken: string): Partial<Adapter> {
  return {
    async find(id) {
      if (id !== openToken && !(await findUsableToken(db, id, clock()))) return undefined
      return { kind: 'InitialAccessToken', jti: id, iat: 0, policies: ['registration'] }
    },
  }
}

function registrationAccessTokens({ db }: RegistrationNeeds): Partial<Adapter> {
  return {
    async find(id) {
      const found = await findByRegistrationToken(db, id)
      const policies = ['registration']
      return (
        found && {
          kind: 'RegistrationAccessToken',
          jti: id,
          iat: 0,
          clientId: found.client.clientId,
          policies,
        }
      )
    },
    upsert: async (id, payload) => await setRegistrationToken(db, String(payload['clientId']), id),
    destroy: async (id) => await removeRegistrationToken(db, id),
  }
}

/** Turns a mistake in the metadata into the library's own error. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 400) throw error
    if (error.code !== 'invalid_redirect_uri') throw new errors.InvalidClientMetadata(error.message)
    throw new errors.CustomOIDCProviderError(error.code, error.message)
  }
}

/**
 * Prepares the `client_secret` of an update for the library's comparison. The library knows only a substitute for the
 * secret. So the right secret is replaced by the substitute, and a presented substitute by a value that cannot match.
 */
function translateSecrets(provider: Provider): void {
  placeStep(provider, 'client update read', ({ oidc }, next) => {
    exchangeSecret(oidc.body, oidc.client?.clientSecret)
    return next()
  })
}

function exchangeSecret(body: unknown, stored: string | undefined): void {
  const update = body as { client_secret?: unknown } | null | undefined
  if (typeof update?.client_secret !== 'string') return
  if (isStandIn(update.client_secret)) update.client_secret = ''
  else if (compareClientSecret(stored, update.client_secret)) update.client_secret = stored
}
