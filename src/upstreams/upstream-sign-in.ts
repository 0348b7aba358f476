/**
 * What an identity of an upstream means here: a sign-in to the account that is connected with it, a new account, or the
 * question which account it belongs to. An address alone never opens an account that is there already.
 */
import { createAccount, findAccountByEmail, findAccountById } from '../accounts/account.ts'
import type { AcceptedTerms, Account } from '../accounts/account.ts'
import { areTermsDue, termsAccepted } from '../accounts/terms.ts'
import { isHeld } from '../accounts/life/held-address.ts'
import { mayRegister } from '../accounts/registrations/registration-mode.ts'
import { recordAudit } from '../audit/audit.ts'
import { lookupEmail } from '../platform/email.ts'
import { inTransaction, isDuplicate } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import type { UpstreamIdentity } from './identity.ts'
import { recordLink } from './link-changes.ts'
import { findLink, insertLink, noteLinkUsed } from './links.ts'
import { isOfDomain } from './offered.ts'
import type { Upstream } from './upstream.ts'

export type UpstreamSignIn =
  /** The caller still asks for a second factor where the account has one. */
  | { ok: true; account: Account; isNew: boolean }
  /** Nobody is connected with it. The person signs in here, or registers, and then connects the two. */
  | { ok: false; reason: 'unconnected' }
  /** It would make an account, once the person accepts the terms. */
  | { ok: false; reason: 'terms' }
  | { ok: false; reason: 'disabled' | 'domain' }

type SignInServices = Pick<Services, 'db' | 'clock' | 'config'>

type Arrived = {
  upstream: Upstream
  identity: UpstreamIdentity
  ip: string | undefined
  /** The version of the terms that a page showed, and that the person accepted. */
  termsVersion?: string | undefined
}

export async function signInWith(needs: SignInServices, given: Arrived): Promise<UpstreamSignIn> {
  const { upstream, identity } = given
  if (!mayUse(upstream, identity)) return { ok: false, reason: 'domain' }
  const found = await signInConnected(needs, given)
  if (found) return found
  if (!(await mayCreate(needs, given))) return { ok: false, reason: 'unconnected' }
  const terms = termsAccepted(needs, given.termsVersion)
  if (areTermsDue(needs, { termsVersion: terms?.version ?? null })) return { ok: false, reason: 'terms' }
  try {
    return { ok: true, account: await createFor(needs, given, terms), isNew: true }
  } catch (error) {
    if (!isDuplicate(error)) throw error
    // Two tabs came back in the same moment, or somebody registered this address.
    return (await signInConnected(needs, given)) ?? { ok: false, reason: 'unconnected' }
  }
}

/** The domain of an address counts only when the provider vouches for the address. */
export function mayUse({ emailDomains }: Upstream, { email, emailVerified }: UpstreamIdentity): boolean {
  return emailDomains.length === 0 || (emailVerified && isOfDomain(emailDomains, email))
}

async function signInConnected(
  { db, clock }: SignInServices,
  { upstream, identity }: { upstream: Upstream; identity: UpstreamIdentity },
): Promise<UpstreamSignIn | undefined> {
  const link = await findLink(db, upstream.id, identity.subject)
  const account = link && (await findAccountById(db, link.accountId))
  if (!link || !account) return undefined
  if (account.disabledAtMs !== null) return { ok: false, reason: 'disabled' }
  await noteLinkUsed(db, link.id, identity.shownAs, clock())
  return { ok: true, account, isNew: false }
}

/** The one place that decides whether a first sign-in makes an account. */
async function mayCreate(
  services: SignInServices,
  { upstream, identity }: { upstream: Upstream; identity: UpstreamIdentity },
): Promise<boolean> {
  const { db, clock } = services
  const { email, emailVerified } = identity
  if (upstream.signUp !== 'create' || !email || !emailVerified) return false
  const permit = await mayRegister(services, { email })
  // Who has to wait for an approval registers on the page, which says so.
  if (!permit.allowed || permit.needsApproval) return false
  if (await findAccountByEmail(db, email)) return false
  // An address that was changed away is kept for its owner for a week.
  return !(await isHeld(db, lookupEmail(email), undefined, clock()))
}

async function createFor(
  { db, clock }: SignInServices,
  given: Arrived,
  terms: AcceptedTerms | undefined,
): Promise<Account> {
  const { upstream, identity, ip } = given
  return inTransaction(db, async (trx) => {
    const nowMs = clock()
    const { email = '', name, givenName, familyName, locale, zoneinfo } = identity
    const profile = { name, givenName, familyName, locale, zoneinfo }
    const account = await createAccount(
      trx,
      { email, ...profile, passwordHash: null, verified: identity.emailVerified, terms },
      nowMs,
    )
    const by = { actor: account.id, ip, atMs: nowMs }
    const detail = { upstream: { id: upstream.id, label: upstream.label } }
    await recordAudit(trx, { ...by, action: 'account.registered', accountId: account.id, detail })
    await recordAudit(trx, { ...by, action: 'account.activated', accountId: account.id })
    await insertLink(trx, { accountId: account.id, upstream, identity }, nowMs)
    await recordLink(trx, { account, upstream, kind: 'connected', by, nowMs })
    return account
  })
}
