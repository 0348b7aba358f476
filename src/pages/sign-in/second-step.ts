/**
 * The page for the second step, after the password: a code of the authenticator app, a passkey, or a recovery code. For an
 * app, or for no app.
 */
import { z } from 'zod'
import type { Account } from '../../accounts/account.ts'
import { finishSignIn, finishUpstreamSignIn, provenAccount } from '../../factors/finish-sign-in.ts'
import type { PasswordProof } from '../../factors/finish-sign-in.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { factorsOf } from '../../factors/factors.ts'
import { parameter, shownClient } from '../../interaction/open-interaction.ts'
import { browserOf, PASSKEY_REFUSED, passkeyForm, sentPasskey } from '../../passkeys/passkey-form.ts'
import { passkeysOf } from '../../passkeys/passkeys.ts'
import { finishWithPasskey, secondStepPlace } from '../../passkeys/sign-in.ts'
import { redirect } from '../../interaction/page.ts'
import type { StepPages } from '../../interaction/page.ts'
import { Overload } from '../../platform/errors.ts'
import { originOf, signInBrowser } from '../../interaction/signed-in-browser.ts'
import type { SignInServices } from './browser-memory.ts'
import { finishForApp, finishHere } from './finished-sign-in.ts'
import { LOST, OWN_PAGE } from '../../interaction/pending/pending-sign-ins.ts'
import { LATE, withQuery } from './own-page.ts'
import type { OwnPage } from './own-page.ts'
import type { FinishedSignIn } from '../../interaction/session-changes.ts'

/** In the query of this page: shows the form for a recovery code. */
const RECOVERY = 'recovery'

/** In the query of this page: what was wrong with the last code. So reload and back never send a code again. */
const WRONG = 'wrong'

/** Without what was said once. */
const CLEAN = { [LATE]: undefined, [WRONG]: undefined }

const LONGEST_CODE = 100
const code = z.string().trim().min(1).max(LONGEST_CODE)

const PROBLEMS = {
  empty: 'code-missing',
  app: 'code-app-wrong',
  recovery: 'code-recovery-wrong',
  ...PASSKEY_REFUSED,
}
const problems = new Map<unknown, string>(Object.entries(PROBLEMS))

/** Where this page is, and where it leads. */
type Place = {
  ctx: AnyContext
  /** The request that the sign-in is for. */
  of: string
  /** The address of the sign-in page. This page is at `${path}/code`. */
  path: string
  query: string
  /** The id of the app, where there is one. */
  client?: string
  finish: (finished: FinishedSignIn) => Promise<void>
  locals: () => Promise<Record<string, unknown>>
}

/** The second half of the sign-in step of an interaction. */
export function secondFactorPages(services: SignInServices): StepPages {
  const placeOf = (page: Parameters<StepPages['show']>[0]): Place => {
    const { ctx, interaction, uid, query } = page
    return {
      ctx,
      of: uid,
      path: `/interaction/${uid}`,
      query,
      client: parameter(interaction, 'client_id'),
      finish: (finished) => finishForApp(services, page, finished),
      locals: async () => ({
        client: await shownClient(services.oidc.current(), parameter(interaction, 'client_id')),
        cancelAction: `/interaction/${uid}/cancel`,
      }),
    }
  }
  return {
    show: (page) => show(services, placeOf(page)),
    submit: (page) => submit(services, placeOf(page)),
    whenLost: (ctx) => finishLost(services, ctx),
  }
}

/** The same for the person's own account. */
export function secondFactorPage(services: SignInServices): OwnPage {
  const placeOf = (ctx: AnyContext): Place => ({
    ctx,
    of: OWN_PAGE,
    path: '/sign-in',
    query: ctx.search,
    finish: (finished) => finishHere(services, ctx, finished),
    locals: () => Promise.resolve({}),
  })
  return {
    show: (ctx) => show(services, placeOf(ctx)),
    submit: (ctx) => submit(services, placeOf(ctx)),
  }
}

async function show(services: SignInServices, place: Place): Promise<void> {
  const proof = services.pending.read(place.ctx, place.of)
  if (proof?.upstream && (await finishWithoutCode(services, place, proof))) return
  const account = proof && (await provenAccount(services, proof))
  if (!account) return startOver(services, place)
  await render(services, place, account)
}

/** Of somebody who comes from another provider, and needs no code. */
async function finishWithoutCode(
  services: SignInServices,
  { ctx, of, client, finish }: Place,
  proof: PasswordProof,
): Promise<boolean> {
  const from = originOf(ctx, client)
  const finished = await finishUpstreamSignIn(services, { proof, ip: ipOf(ctx), from })
  if (!finished) return false
  services.pending.clear(ctx, of)
  await finish(fromThere(proof, finished))
  return true
}

/** The session belongs to the one at the other provider. */
function fromThere({ upstream }: PasswordProof, { account, amr }: FinishedSignIn): FinishedSignIn {
  return { account, amr, upstreamSession: upstream?.session }
}

async function submit(services: SignInServices, place: Place): Promise<void> {
  const { ctx, of, client } = place
  const proof = services.pending.read(ctx, of)
  if (!proof || !(await provenAccount(services, proof))) return startOver(services, place)
  const response = sentPasskey(ctx)
  if (response !== undefined) return submitPasskey(services, place, { proof, response })
  const given = code.safeParse(formOf(ctx)['code'])
  if (!given.success) return again(place, 'empty')
  const from = originOf(ctx, client)
  const result = await finishSignIn(services, { proof, code: given.data, ip: ipOf(ctx), from })
  if (result.ok) {
    services.pending.clear(ctx, of)
    return place.finish(fromThere(proof, result))
  }
  if (result.reason === 'blocked') throw new Overload('too_many_attempts', result.retryAfterSeconds)
  if (result.reason === 'over') return startOver(services, place)
  again(place, asksRecovery(place) ? 'recovery' : 'app')
}

async function submitPasskey(
  services: SignInServices,
  place: Place,
  given: { proof: PasswordProof; response: string },
): Promise<void> {
  const { ctx, of, client } = place
  const from = originOf(ctx, client)
  const result = await finishWithPasskey(services, { ...given, browser: browserOf(ctx), ip: ipOf(ctx), from })
  if (result.ok) {
    services.pending.clear(ctx, of)
    return place.finish(fromThere(given.proof, result))
  }
  if (result.reason === 'over') return startOver(services, place)
  again(place, result.reason)
}

/** This page again, with words about the last code. */
function again({ ctx, path, query }: Place, problem: keyof typeof PROBLEMS): void {
  redirect(ctx, `${path}/code${withQuery(query, { [WRONG]: problem })}`)
}

/** Back to the sign-in page of the same request. */
function startOver(services: SignInServices, { ctx, of, path, query }: Place): void {
  services.pending.clear(ctx, of)
  const page = of === OWN_PAGE ? path : `${path}/sign-in`
  redirect(ctx, `${page}${withQuery(query, { ...CLEAN, [RECOVERY]: undefined, [LATE]: '1' })}`)
}

/** The request ended while its page was open. The person is signed in, and the request passes when it restarts. */
async function finishLost(services: SignInServices, ctx: AnyContext): Promise<void> {
  const of = /^\/interaction\/([^/]+)\//.exec(ctx.path)?.[1] ?? ''
  const proof = services.pending.read(ctx, of)
  if (proof && ctx.method !== 'POST') return finishLostUpstream(services, ctx, of, proof)
  if (!proof) return
  const result = await finishWith(services, ctx, proof)
  if (!result?.ok) return
  services.pending.clear(ctx, of)
  await signInBrowser(services, ctx, fromThere(proof, result))
}

async function finishWith(services: SignInServices, ctx: AnyContext, proof: PasswordProof) {
  const shared = { proof, ip: ipOf(ctx), from: originOf(ctx) }
  const response = sentPasskey(ctx)
  if (response !== undefined)
    return finishWithPasskey(services, { ...shared, response, browser: browserOf(ctx) })
  const given = code.safeParse(formOf(ctx)['code'])
  return given.success ? finishSignIn(services, { ...shared, code: given.data }) : undefined
}

/** The same for somebody who was at another provider meanwhile. The restarted request goes on with the code, if one is due. */
async function finishLostUpstream(
  services: SignInServices,
  ctx: AnyContext,
  of: string,
  proof: PasswordProof,
): Promise<void> {
  if (!proof.upstream) return
  const finished = await finishUpstreamSignIn(services, { proof, ip: ipOf(ctx), from: originOf(ctx) })
  if (!finished) return services.pending.move(ctx, of, LOST)
  services.pending.clear(ctx, of)
  await signInBrowser(services, ctx, fromThere(proof, finished))
}

function asksRecovery({ ctx }: Place): boolean {
  return ctx.query[RECOVERY] !== undefined
}

function isOfPasskey(problem: unknown): boolean {
  return typeof problem === 'string' && problem in PASSKEY_REFUSED
}

function ipOf(ctx: AnyContext): string {
  return requestState(ctx).clientIp ?? ''
}

async function render(services: SignInServices, place: Place, { id, email }: Account): Promise<void> {
  const { ctx, of, path, query } = place
  const recovery = asksRecovery(place)
  const { totp } = await factorsOf(services.db, id)
  const passkeys = await passkeysOf(services.db, id)
  const here = withQuery(query, CLEAN)
  const other = withQuery(here, { [RECOVERY]: recovery ? undefined : '1' })
  const signInQuery = withQuery(here, { [RECOVERY]: undefined })
  const action = `${path}/code${here}`
  const look = { action, label: 'passkey-use', plain: totp !== undefined }
  const challengePlace = secondStepPlace(browserOf(ctx), id)
  const problem = problems.get(ctx.query[WRONG])
  const asksCode = recovery || totp !== undefined
  services.render(ctx, 'sign-in-code', {
    action,
    hasApp: totp !== undefined,
    passkey:
      !recovery && passkeys.length > 0 ? passkeyForm(services, challengePlace, look, passkeys) : undefined,
    otherHref: `${path}/code${other}`,
    startOverHref: of === OWN_PAGE ? `${path}${signInQuery}` : `${path}/sign-in${signInQuery}`,
    recovery,
    email,
    errors:
      problem === undefined ? {} : { [asksCode && !isOfPasskey(ctx.query[WRONG]) ? 'code' : '']: problem },
    ...(await place.locals()),
  })
}
