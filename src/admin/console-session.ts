/**
 * The sign-in of the administration pages: an OpenID Connect code flow with PKCE against this very server. The browser keeps
 * the access token in a sealed cookie. It ends with the token, and the token ends with the person's session.
 */
import { z } from 'zod'
import { cookieName, cookieOf } from '../http/request/cookies.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { requestState } from '../http/request/request-state.ts'
import type { PageServices } from '../feature.ts'
import { AppError } from '../platform/errors.ts'
import { MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import { digest, randomToken } from '../platform/tokens.ts'
import {
  CONSOLE_CALLBACK_PATH,
  CONSOLE_CLIENT_ID,
  CONSOLE_PATH,
} from '../operations/own-clients/console-client.ts'
import { apiIdentifier } from '../operations/scopes.ts'
import { LIBRARY_PATHS } from '../provider/endpoints/addresses.ts'
import { ownPath } from '../interaction/page.ts'

const SESSION = 'console-session'
const SIGN_IN = 'console-sign-in'
/** The longest time of a sign-in, with the set-up of a second factor in it. */
const SIGN_IN_MS = 60 * MINUTE_MS
/** How many tabs may sign in at once. */
const MOST_FLOWS = 4
/** A longer address leads to the start, and longer texts are lost: one cookie holds those of all tabs. */
const LONGEST_TO = 300
const LONGEST_VALUES = 1500

const session = z.object({
  accountId: z.string(),
  token: z.string(),
  sinceMs: z.number(),
  untilMs: z.number(),
})
const flow = z.object({
  state: z.string(),
  verifier: z.string(),
  to: z.string(),
  /** What was typed into a form that came too late. */
  values: z.record(z.string(), z.string()).optional(),
  untilMs: z.number(),
})
const flows = z.array(flow)
const granted = z.object({ access_token: z.string(), expires_in: z.number(), id_token: z.string() })
const subject = z.object({ sub: z.string() })

export type ConsoleSession = z.infer<typeof session>
type Flow = z.infer<typeof flow>
type Services = Pick<PageServices, 'config' | 'sealer' | 'clock' | 'askSelf'>

/** Undefined once it is over. */
export function readSession(
  { config, sealer, clock }: Services,
  ctx: AnyContext,
): ConsoleSession | undefined {
  const data = opened(sealer, cookieOf(ctx, cookieName('console', config.secure)), SESSION, session)
  return data && clock() < data.untilMs ? data : undefined
}

type Begun = {
  /** The page that comes afterwards, and what was typed there. */
  to: string
  values: Record<string, string> | undefined
  scopes: readonly string[]
  /** How old the sign-in of the person may be. */
  maxAgeSeconds: number
}

/** Where a sign-in begins. */
export function signInAddress(
  services: Services,
  ctx: AnyContext,
  { to, values, scopes, maxAgeSeconds }: Begun,
): string {
  const { config, clock } = services
  const one: Flow = {
    state: randomToken(128),
    verifier: randomToken(),
    to: to.length > LONGEST_TO ? CONSOLE_PATH : to,
    ...(values && JSON.stringify(values).length <= LONGEST_VALUES && { values }),
    untilMs: clock() + SIGN_IN_MS,
  }
  // The state works in this browser alone (RFC 9700 §4.7).
  writeFlows(services, ctx, [...readFlows(services, ctx), one].slice(-MOST_FLOWS))
  const query = new URLSearchParams({
    client_id: CONSOLE_CLIENT_ID,
    response_type: 'code',
    redirect_uri: config.issuer + CONSOLE_CALLBACK_PATH,
    scope: ['openid', ...scopes].join(' '),
    resource: apiIdentifier(config.issuer),
    state: one.state,
    code_challenge: digest(one.verifier),
    code_challenge_method: 'S256',
    max_age: String(maxAgeSeconds),
  })
  return `${LIBRARY_PATHS.authorization}?${query}`
}

/** Answers where to go on, and with what. @throws AppError 400 `console_sign_in_lost`, 403 `console_sign_in_refused` */
export async function finishSignIn(
  services: Services,
  ctx: AnyContext,
): Promise<Pick<Flow, 'to' | 'values'>> {
  const { code, state, error } = ctx.query
  const all = readFlows(services, ctx)
  const one = all.find((other) => other.state === state)
  if (!one) {
    // The return address was opened again, by a reload or with the back button.
    if (readSession(services, ctx)) return { to: CONSOLE_PATH }
    throw new AppError(
      'console_sign_in_lost',
      400,
      'The sign-in did not begin in this browser, or took too long.',
    )
  }
  const others = all.filter((other) => other !== one)
  writeFlows(services, ctx, others)
  if (typeof code !== 'string')
    throw new AppError('console_sign_in_refused', 403, `The sign-in was refused: ${String(error)}.`)
  write(services, ctx, await redeem(services, ctx, { code, verifier: one.verifier }))
  return { to: ownPath(one.to), values: one.values }
}

function readFlows({ config, sealer, clock }: Services, ctx: AnyContext): Flow[] {
  const kept = opened(sealer, cookieOf(ctx, cookieName('console_sign_in', config.secure)), SIGN_IN, flows)
  return (kept ?? []).filter(({ untilMs }) => clock() < untilMs)
}

function writeFlows({ config, sealer }: Services, ctx: AnyContext, kept: readonly Flow[]): void {
  const value = kept.length === 0 ? null : sealer.seal(JSON.stringify(kept), SIGN_IN)
  const options = { ...cookie(config.secure), maxAge: SIGN_IN_MS }
  ctx.cookies.set(cookieName('console_sign_in', config.secure), value, options)
}

type Code = { code: string; verifier: string }

async function redeem({ config, askSelf }: Services, ctx: AnyContext, { code, verifier }: Code) {
  const form = {
    grant_type: 'authorization_code',
    client_id: CONSOLE_CLIENT_ID,
    redirect_uri: config.issuer + CONSOLE_CALLBACK_PATH,
    code,
    code_verifier: verifier,
    resource: apiIdentifier(config.issuer),
  }
  const { status, text } = await askSelf({
    method: 'POST',
    path: LIBRARY_PATHS.token,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    ip: requestState(ctx).clientIp ?? '',
  })
  if (status === 200) return granted.parse(JSON.parse(text))
  // A reload of the return address sends the code a second time.
  throw new AppError('console_sign_in_lost', 400, `The code was refused with status ${status}.`)
}

function write({ config, sealer, clock }: Services, ctx: AnyContext, answer: z.infer<typeof granted>): void {
  const maxAge = answer.expires_in * SECOND_MS
  const [, payload = ''] = answer.id_token.split('.')
  // It came from the token endpoint itself, so its signature needs no check (OpenID Connect Core §3.1.3.7).
  const { sub: accountId } = subject.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  const kept: ConsoleSession = {
    accountId,
    token: answer.access_token,
    sinceMs: clock(),
    untilMs: clock() + maxAge,
  }
  const options = { ...cookie(config.secure), maxAge }
  ctx.cookies.set(cookieName('console', config.secure), sealer.seal(JSON.stringify(kept), SESSION), options)
}

const cookie = (secure: boolean) =>
  ({ httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false }) as const

function opened<T extends z.ZodType>(
  { open }: Services['sealer'],
  sealed: string | undefined,
  context: string,
  schema: T,
): z.output<T> | undefined {
  const plain = sealed === undefined ? undefined : open(sealed, context)
  return plain === undefined ? undefined : schema.safeParse(JSON.parse(plain)).data
}
