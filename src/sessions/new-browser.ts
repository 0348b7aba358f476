/**
 * The mail about a sign-in from a browser that the account has not used before. A change of the network alone is no reason.
 * Browsers are known by the cookie of `attempts/known-browser`, also from before a change of the password.
 */
import type { Account } from '../accounts/account.ts'
import { isVerified } from '../accounts/account.ts'
import { ACCOUNT_PATHS, linkTo, mailTo } from '../accounts/account-mail.ts'
import { issueToken, TOKEN_LIFETIME_MS } from '../accounts/one-time-token.ts'
import { takeFromBucket } from '../attempts/bucket.ts'
import type { BucketRule } from '../attempts/bucket.ts'
import { DEVICE_COOKIE_MAX_AGE_MS, verifyDeviceCookie } from '../attempts/known-browser.ts'
import { recordAudit } from '../audit/audit.ts'
import { DAY_MS } from '../platform/clock.ts'
import { inTransaction } from '../platform/sql/database.ts'
import { keyedDigest } from '../platform/tokens.ts'
import type { Services } from '../services.ts'
import { browserName } from './browser-name.ts'

/** Mails of this kind for one account. */
const MAILS: BucketRule = { limit: 5, windowMs: DAY_MS }
/** The first sign-in of an account that is younger needs no mail. Sessions of such an account are all still recorded. */
const NEW_ACCOUNT_MS = 7 * DAY_MS

export type SignInFrom = {
  account: Account
  userAgent: string
  ip: string
  /** The name of an app that signs people in with its own forms. */
  app?: string | undefined
  /** The signed value of an earlier sign-in, in a browser or in an app. */
  deviceCookie?: string | undefined
  /** This browser offers the account to choose. */
  isRemembered?: boolean
}

/** Mails the owner, unless the browser is known. To be called once everything is proved, before the session begins. */
export async function noteSignInFrom(needs: Services, given: SignInFrom): Promise<void> {
  const { db, config, clock, outbox } = needs
  const { account, ip } = given
  if (!isVerified(account) || (await isKnown(needs, given)) || (await isFirst(needs, account))) return
  const nowMs = clock()
  const browser = browserName(given.userAgent)
  const bucket = keyedDigest(config.keys.index, JSON.stringify(['new browser', account.id]))
  const { allowed } = await takeFromBucket(db, { ...MAILS, bucket, nowMs })
  const { id: accountId, emailCanonical, name } = account
  await inTransaction(db, async (trx) => {
    const audited = { atMs: nowMs, actor: accountId, accountId, ip, detail: { browser } }
    await recordAudit(trx, { ...audited, action: 'sign_in.new_browser' })
    if (!allowed) return
    const request = {
      accountId,
      purpose: 'disown',
      emailCanonical,
      lifetimeMs: TOKEN_LIFETIME_MS.disown,
    } as const
    const { token, expiresAtMs } = await issueToken(trx, config.keys.index, request, nowMs)
    const link = linkTo(config, `${ACCOUNT_PATHS.disown}?token=${token}`)
    const place = needs.places.of(ip)
    const app = given.app && { app: given.app }
    const data = { name, browser, ...app, ip, ...(place && { place }), whenMs: nowMs, link, expiresAtMs }
    await outbox.enqueueMail(trx, { template: 'new-browser', ...mailTo(account), data })
  })
}

/** A sign-in that its owner disowned makes every earlier browser unknown: one of them is not the owner's. */
async function isKnown({ db, config, clock }: Services, given: SignInFrom): Promise<boolean> {
  const { account, isRemembered = false } = given
  const nowMs = clock()
  const device = verifyDeviceCookie(config.keys.device, given.deviceCookie, nowMs)
  const isDevice = device?.accountId === account.id
  if (!isDevice && !isRemembered) return false
  const sinceMs = isDevice ? device.issuedAtMs : nowMs - DEVICE_COOKIE_MAX_AGE_MS
  const disowned: unknown = await db('audit_events')
    .where({ action: 'sign_in.disowned', accountId: account.id })
    .where('atMs', '>=', sinceMs)
    .first('id')
  return disowned === undefined
}

async function isFirst({ db, clock }: Services, { id, createdAtMs }: Account): Promise<boolean> {
  if (createdAtMs < clock() - NEW_ACCOUNT_MS) return false
  const session: unknown = await db('account_sessions').where({ accountId: id }).first('uid')
  return session === undefined
}
