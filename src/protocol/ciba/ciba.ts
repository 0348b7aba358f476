/**
 * Sets the library up for client-initiated backchannel authentication (OpenID CIBA Core, FAPI-CIBA), poll and ping. The
 * person is found by e-mail address or ID token, gets a mail, and answers on a page of their account.
 */
import { errors } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { REQUESTS_PATH } from '../../accounts/account-pages.ts'
import { mailTo } from '../../accounts/account-mail.ts'
import { findAccountByEmail } from '../../accounts/account.ts'
import { reachableLevels } from '../../accounts/levels.ts'
import type { Taken } from '../../attempts/bucket.ts'
import { mayUse } from '../../groups/app-access.ts'
import { hasPasskeys } from '../../passkeys/options.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import { neededLevel } from '../../provider/requests/authentication-levels.ts'
import type { ProviderAccount } from '../../provider/contract/found-account.ts'
import { POLL_INTERVAL_SECONDS } from '../../provider/records/polling.ts'
import type { PairwiseSubjects } from '../../provider/subjects/pairwise.ts'
import type { Services } from '../../services.ts'
import { recordRequest } from './backchannel-requests.ts'
import { installHints } from './hinted-person.ts'
import { installPing } from './ping.ts'
import { countRequest, countUnknown, mayMail } from './person-limits.ts'
import { assertOnce } from './signed-request.ts'
import { inLanguage } from '../../words/tagged.ts'
import { languageOf } from '../../words/reader-language.ts'

/** Long enough to read a mail, and short enough that the person remembers the reason. */
const DEFAULT_SECONDS = 600
const LONGEST_SECONDS = 1800

/** Letters, digits, spaces and plain punctuation: enough to compare, and no links (CIBA §7.1). */
const BINDING_MESSAGE = /^(?=.*\S)[\p{L}\p{M}\p{N} .,:;!?#+*/()&'€$£_-]{1,64}$/u

/** Seconds until a request expires without an answer. */
export function requestSeconds(ctx: KoaContextWithOIDC | undefined): number {
  return Math.min(Number(ctx?.oidc.params?.['requested_expiry'] ?? DEFAULT_SECONDS), LONGEST_SECONDS)
}

type Ciba = NonNullable<NonNullable<Configuration['features']>['ciba']>

export function cibaFeature(services: Services): Ciba {
  return {
    enabled: true,
    deliveryModes: ['poll', 'ping'],
    processLoginHint: (ctx, hint) => findPerson(services, ctx, hint ?? ''),
    processLoginHintToken() {
      throw new errors.InvalidRequest('login_hint_token is not supported: send login_hint or id_token_hint')
    },
    validateBindingMessage: async (ctx, message) => checkBindingMessage(ctx, message),
    validateRequestContext: (ctx) => assertOnce(ctx),
    verifyUserCode: (ctx, account, userCode) => admit(services, ctx, account as ProviderAccount, userCode),
    triggerAuthenticationDevice: (ctx, request, account) =>
      notifyPerson(services, ctx, request as unknown as LibraryRequest, account as ProviderAccount),
  }
}

/** Notifies clients through the outbox, and resolves their hints. Call it once per provider instance. */
export function installCiba(provider: Provider, services: Services, subjects: PairwiseSubjects): void {
  installPing(provider, services)
  installHints(provider, subjects)
}

type LibraryRequest = {
  jti: string
  exp?: number
  scope?: string
  resource?: string | string[]
  expiration: number
}

async function findPerson(
  services: Services,
  ctx: KoaContextWithOIDC,
  hint: string,
): Promise<string | undefined> {
  const account = await findAccountByEmail(services.db, hint)
  const confirmed =
    account && (account.emailVerifiedAtMs !== null || services.config.accounts.unverifiedAccountsMayAuthorize)
  if (confirmed && account.disabledAtMs === null) return account.id
  // A person that the client may not ask for is refused, and counted, like an unknown one.
  refuseMore(ctx, await countUnknown(services, ctx.oidc.client?.clientId ?? ''))
  return undefined
}

function checkBindingMessage(ctx: KoaContextWithOIDC, message: string | undefined): void {
  // FAPI-CIBA §5.2.2: only this message distinguishes two requests for the person.
  if (message === undefined && ctx.oidc.isFapi('1.0 Final', '2.0'))
    throw new errors.InvalidRequest('binding_message is required for this client')
  if (message !== undefined && !BINDING_MESSAGE.test(message))
    throw new errors.InvalidBindingMessage(
      'binding_message takes 1 to 64 letters, digits, spaces and plain punctuation',
    )
}

/** The last check before the request is stored. The client cannot ask for an account that may not grant access. */
async function admit(
  services: Services,
  ctx: KoaContextWithOIDC,
  account: ProviderAccount,
  userCode: string | undefined,
): Promise<void> {
  if (userCode !== undefined) throw new errors.InvalidRequest('user_code is not supported: leave it out')
  // Before the request is stored: no sign-in could answer it.
  levelNeeded(services, ctx)
  if (!account.emailVerified && !services.config.accounts.unverifiedAccountsMayAuthorize)
    throw new errors.UnknownUserId('could not identify end-user')
  const clientId = ctx.oidc.client?.clientId ?? ''
  if (!mayUse(ctx.oidc.client, account.account)) {
    refuseMore(ctx, await countUnknown(services, clientId))
    throw new errors.UnknownUserId('could not identify end-user')
  }
  refuseMore(ctx, await countRequest(services, { clientId, accountId: account.accountId }))
  // The token opens the client's endpoint, so it is stored sealed, apart from the request.
  const { params } = ctx.oidc
  ctx.state['notificationToken'] = params?.['client_notification_token']
  if (params) params['client_notification_token'] = undefined
}

function levelNeeded(services: Services, { oidc }: KoaContextWithOIDC): string | undefined {
  return neededLevel(oidc.params ?? {}, oidc.client, reachableLevels(hasPasskeys(services)))
}

async function notifyPerson(
  services: Services,
  ctx: KoaContextWithOIDC,
  request: LibraryRequest,
  { account }: ProviderAccount,
): Promise<void> {
  const { db, clock, sealer, outbox, config } = services
  const { client, params } = ctx.oidc
  const clientId = client?.clientId ?? ''
  const createdAtMs = clock()
  // In whole seconds, like the library, so that the page offers no request that has expired for the client.
  const expiresAtMs = (Math.floor(createdAtMs / SECOND_MS) + request.expiration) * SECOND_MS
  const mailed = await mayMail(services, { clientId, accountId: account.id })
  await inTransaction(db, async (trx) => {
    await recordRequest(trx, sealer, {
      requestId: request.jti,
      accountId: account.id,
      clientId,
      scope: request.scope ?? '',
      resources: [request.resource ?? []].flat(),
      level: levelNeeded(services, ctx) ?? null,
      bindingMessage: (params?.['binding_message'] as string | undefined) ?? null,
      notificationToken: ctx.state['notificationToken'] as string | undefined,
      createdAtMs,
      expiresAtMs,
    })
    if (!mailed) return
    const data = {
      name: account.name,
      appName:
        inLanguage(client, 'client_name', languageOf([account.locale ?? '']) ?? null) ??
        client?.clientName ??
        '',
      link: new URL(REQUESTS_PATH, config.issuer).href,
      expiresAtMs,
    }
    await outbox.enqueueMail(trx, { template: 'access-request', ...mailTo(account), data })
  })
  ctx.body = { ...(ctx.body as object), interval: POLL_INTERVAL_SECONDS }
}

function refuseMore(ctx: KoaContextWithOIDC, taken: Taken): void {
  if (taken.allowed) return
  ctx.set('Retry-After', String(taken.retryAfterSeconds))
  const refusal = new errors.AccessDenied(
    'too many requests that nobody allowed: wait as long as Retry-After says',
  )
  throw Object.assign(refusal, { status: 403, statusCode: 403 })
}
