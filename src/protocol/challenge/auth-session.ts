/**
 * `auth_session` (draft-ietf-oauth-first-party-apps §5.3.1): the state of the authorization challenge endpoint between
 * two steps. Each value is good for one step, and is exchanged for the next in one atomic write.
 */
import { errors, Provider } from 'oidc-provider'
import type { MailedCode } from '../../factors/mailed-codes.ts'
import type { PasswordProof } from '../../factors/finish-sign-in.ts'
import { unavailable } from '../../platform/errors.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import { digest, randomToken } from '../../platform/tokens.ts'
import type { FlowLimits } from '../../provider/records/flow-limits.ts'
import type { GrantStore } from '../../grant-store/grant-store.ts'
import type { Services } from '../../services.ts'
import { assertAtMost, LARGEST_CHALLENGE_BYTES } from '../../provider/records/record-sizes.ts'

/** The parameters of the first request, checked. */
export type ChallengeRequest = Record<string, unknown> & { code_challenge: string }

/** What the person has proved so far. */
export type Passed = {
  accountId?: string
  amr: string[]
  /** Set while the account's second factor is due. */
  proof?: PasswordProof
  /** A code that was mailed in place of that factor. */
  mailed?: MailedCode
}

export type AuthSession = {
  clientId: string
  /** Thumbprint of the DPoP key that the first request proved. */
  jkt?: string | undefined
  request: ChallengeRequest
  passed: Passed
  /** From an earlier sign-in of this app. It gives the person attempts of their own. */
  device?: string | undefined
}

const LIFETIME_MS = 10 * MINUTE_MS
const TAG_LENGTH = 16
const SHAPE = /^as_[\w-]{43}[\w-]{16}$/

/** True for the session of a step. The other kind of `auth_session` remembers the device. */
export function isStepSession(value: string): boolean {
  return value.startsWith('as_')
}

/**
 * Opens a session that was not used and that belongs to this client and this key.
 * @throws errors.OIDCProviderError `invalid_session`
 */
export async function openAuthSession(
  services: Pick<Services, 'store' | 'sealer'>,
  id: string,
  by: Pick<AuthSession, 'clientId' | 'jkt'>,
): Promise<AuthSession> {
  const session = await readSession(services, id)
  if (session?.clientId !== by.clientId || session.jkt !== by.jkt) throw invalidSession()
  return session
}

async function readSession(
  { store, sealer }: Pick<Services, 'store' | 'sealer'>,
  id: string,
): Promise<AuthSession | undefined> {
  const key = keyOf(id)
  const { payload, use } = key === undefined ? {} : await store.readSingleUse(key)
  const opened = payload === undefined || use ? undefined : sealer.open(payload, key)
  return opened === undefined ? undefined : (JSON.parse(opened) as AuthSession)
}

/**
 * The client of a session, for a request that does not name it (§5.1).
 * @throws errors.OIDCProviderError `invalid_session`
 */
export async function clientOfSession(
  services: Pick<Services, 'store' | 'sealer'>,
  id: string,
): Promise<string> {
  const session = await readSession(services, id)
  if (!session) throw invalidSession()
  return session.clientId
}

/**
 * Uses `before` up, where there is one, and begins the next step. Returns its id. `limits` bounds what strangers leave behind.
 * @throws errors.OIDCProviderError `invalid_session` when another request used it up first
 */
export async function nextAuthSession(
  services: Pick<Services, 'store' | 'clock' | 'sealer'>,
  before: string | undefined,
  session: AuthSession,
  limits?: FlowLimits,
): Promise<string> {
  // All steps of a sign-in share a tag, so that one write covers the old and the new.
  const tag = before?.slice(-TAG_LENGTH) ?? randomToken().slice(0, TAG_LENGTH)
  const id = `as_${randomToken()}${tag}`
  const key = keyOf(id)!
  const expiresAtMs = services.clock() + LIFETIME_MS
  const json = JSON.stringify(session)
  assertAtMost(LARGEST_CHALLENGE_BYTES, json, 'authorization challenge request')
  const payload = services.sealer.seal(json, key)
  const ctx = Provider.ctx
  if (ctx && before === undefined) limits?.count(ctx, { by: 'request', bytes: Buffer.byteLength(payload) })
  await useUp(services, before, [{ key, payload, expiresAtMs }])
  return id
}

/** @throws errors.OIDCProviderError `invalid_session` when another request used it up first */
export async function endAuthSession(
  services: Pick<Services, 'store' | 'clock'>,
  id: string | undefined,
): Promise<void> {
  await useUp(services, id, [])
}

type Entries = Parameters<GrantStore['commit']>[0]['entries']

async function useUp(
  { store, clock }: Pick<Services, 'store' | 'clock'>,
  id: string | undefined,
  entries: Entries,
): Promise<void> {
  const key = id === undefined ? undefined : keyOf(id)
  if (key === undefined && entries.length === 0) return
  const use = key === undefined ? undefined : { key, ...(await markOf({ store, clock }, key)) }
  const { outcome } = await store.commit({ use, entries })
  if (outcome === 'late') throw unavailable(new Error('the store came to it too late; nothing was written'))
  if (outcome !== 'done') throw invalidSession()
}

async function markOf({ store, clock }: Pick<Services, 'store' | 'clock'>, key: string) {
  const { at: foundAt } = await store.readSingleUse(key)
  return { nonce: randomToken(128), untilMs: clock() + LIFETIME_MS, foundAt }
}

function keyOf(id: string): string | undefined {
  return SHAPE.test(id) ? `{${id.slice(-TAG_LENGTH)}}:as:${digest(id)}` : undefined
}

export function invalidSession(): errors.OIDCProviderError {
  return new errors.CustomOIDCProviderError(
    'invalid_session',
    'auth_session is unknown, expired, already used, or of another client or key; begin again without it',
  )
}
