/**
 * Sets the library up for the device authorization grant (RFC 8628), and decides which page is due. `device-pages.ts`
 * renders the pages.
 */
import { errors } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { randomToken } from '../../platform/tokens.ts'
import { linkedCodeOf } from '../../provider/endpoints/linked-code.routes.ts'
import type { Next } from '../../provider/library/places.ts'
import { POLL_INTERVAL_SECONDS } from '../../provider/records/polling.ts'

/** The device, as far as it is known besides its client. */
export type DeviceInfo = { ip: string; userAgent: string }
/** Why a code was refused. */
export type CodeProblem = 'missing' | 'unknown' | 'used_up' | 'page_too_old' | 'too_many' | 'failed'

export type DevicePages = {
  enterCode: (ctx: KoaContextWithOIDC, entered: { userCode?: string; problem?: CodeProblem }) => void
  answered: (ctx: KoaContextWithOIDC, allowed: boolean) => void
  /** The person's previous page is gone, or the browser is unknown. */
  startAgain: (ctx: AnyContext) => Promise<void>
}

/** How long a device may wait for its person. */
export const CODE_SECONDS = 600

type DeviceFlow = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>

export function deviceFlow(pages: DevicePages): DeviceFlow {
  return {
    enabled: true,
    charset: 'base-20',
    mask: '****-****',
    deviceInfo: (ctx) => describeDevice(ctx as KoaContextWithOIDC),
    userCodeInputSource: async (ctx, _form, _out, error) => showCodeForm(pages, ctx, error),
    successSource: async (ctx) => pages.answered(ctx, true),
  }
}

/**
 * An address with a code that was not opened by a person only fills in the form. The library would submit it. This runs before
 * the library.
 */
export function fillInUserCode(ctx: KoaContextWithOIDC): boolean {
  if (ctx.method === 'POST' || ctx.search === '') return false
  const { user_code: userCode } = ctx.query
  if (typeof userCode === 'string') ctx.state['userCode'] = userCode
  ctx.querystring = ''
  return false
}

/**
 * The person compares the code and the device on the page of the consent, with the account at hand: one question in place of
 * two. The policy of the provider asks it for each code. The code of an opened address gets what its form would have brought.
 */
export async function compareLater(ctx: KoaContextWithOIDC, next: Next): Promise<void> {
  const { session } = ctx.oidc
  const linked = linkedCodeOf(ctx)
  if (linked !== undefined && session) {
    const secret = randomToken()
    session.state = { secret }
    Object.assign(ctx.oidc, { body: { xsrf: secret, user_code: linked } })
  }
  const { body } = ctx.oidc as { body?: Record<string, unknown> }
  if (body?.['user_code']) Object.assign(body, { confirm: 'yes', abort: undefined })
  await next()
}

/** The answer says how often the device may ask (RFC 8628 §3.2). The library leaves it out. */
export function addInterval(ctx: KoaContextWithOIDC): void {
  if (ctx.status === 200) ctx.body = { ...(ctx.body as object), interval: POLL_INTERVAL_SECONDS }
}

function describeDevice(ctx: KoaContextWithOIDC): DeviceInfo {
  const userAgent = ctx
    .get('User-Agent')
    .slice(0, 150)
    .replace(/[^\x20-\x7E]/g, '')
  return { ip: requestState(ctx).clientIp ?? '', userAgent }
}

type LibraryFault = Error & { userCode?: string; statusCode?: number }

async function showCodeForm(
  pages: DevicePages,
  ctx: KoaContextWithOIDC,
  error?: LibraryFault,
): Promise<void> {
  if (error && isUnknown(ctx)) return pages.startAgain(ctx)
  if (error?.name === 'AbortedError') return pages.answered(ctx, false)
  if (error instanceof errors.SessionNotFound) return pages.startAgain(ctx)
  const userCode = error ? error.userCode : (ctx.state['userCode'] as string | undefined)
  pages.enterCode(ctx, { ...(userCode && { userCode }), ...(error && { problem: problemOf(error) }) })
}

/**
 * True for a browser without a session. The library has put a secret into a new one, too late to be saved with it, and
 * would fail on it.
 */
function isUnknown({ oidc }: KoaContextWithOIDC): boolean {
  const session = oidc.session as { exp?: number; touched?: boolean } | undefined
  if (!session || session.exp !== undefined) return false
  session.touched = false
  return true
}

const PROBLEMS: Record<string, CodeProblem> = {
  NoCodeError: 'missing',
  NotFoundError: 'unknown',
  ExpiredError: 'used_up',
  AlreadyUsedError: 'used_up',
  InvalidRequest: 'page_too_old',
}

function problemOf({ name, statusCode }: LibraryFault): CodeProblem {
  return statusCode === 429 ? 'too_many' : (PROBLEMS[name] ?? 'failed')
}
