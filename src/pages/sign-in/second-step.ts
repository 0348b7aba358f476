/**
 * The page for the second step, after the password: a code of the authenticator app, a passkey, or a recovery code. For an
 * app, or for no app.
 */
import { z } from 'zod'
import { finishSignIn, finishUpstreamSignIn, provenAccount } from '../../factors/finish-sign-in.ts'
import type { PasswordProof } from '../../factors/finish-sign-in.ts'
import { finishByMail } from '../../factors/spared/mailed-factor.ts'
import type { FormErrors } from '../../http/request/validate.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { factorsOf } from '../../factors/factors.ts'
import { browserOf, PASSKEY_REFUSED, passkeyForm, sentPasskey } from '../../passkeys/passkey-form.ts'
import { passkeysOf } from '../../accounts/passkeys/passkey.ts'
import { finishWithPasskey, secondStepPlace } from '../../passkeys/sign-in.ts'
import { redirect } from '../../interaction/page.ts'
import type { StepPages } from '../../interaction/page.ts'
import { Overload } from '../../platform/errors.ts'
import { originOf, signInBrowser } from '../../interaction/signed-in-browser.ts'
import type { SignInServices } from './browser-memory.ts'
import { fromThere, placeOfRequest, placeWithoutApp } from './code-place.ts'
import type { Place } from './code-place.ts'
import {
  finishInTrusted,
  finishWithMail,
  mailCode,
  offersMail,
  trustDays,
  trustIfTicked,
} from './easier-ways.ts'
import type { Proven } from './easier-ways.ts'
import { LOST } from '../../interaction/pending/pending-sign-ins.ts'
import { LATE, withQuery } from './own-page.ts'
import type { OwnPage } from './own-page.ts'

/** In the query of this page: shows the form for a recovery code. */
const RECOVERY = 'recovery'

/** In the query of this page: shows the form for a code of a mail. */
const MAIL = 'mail'

const NO_MODE = { [RECOVERY]: undefined, [MAIL]: undefined }

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
  mail: 'mail-code-wrong',
  used: 'code-mail-over',
  limited: 'code-mail-limited',
  ...PASSKEY_REFUSED,
}
const problems = new Map<unknown, string>(Object.entries(PROBLEMS))

/** The second half of the sign-in step of an interaction. */
export function secondFactorPages(services: SignInServices): StepPages {
  return {
    show: (page) => show(services, placeOfRequest(services, page)),
    submit: (page) => submit(services, placeOfRequest(services, page)),
    whenLost: (ctx) => finishLost(services, ctx),
  }
}

/** The same for the person's own account. */
export function secondFactorPage(services: SignInServices): OwnPage {
  return {
    show: (ctx) => show(services, placeWithoutApp(services, ctx)),
    submit: (ctx) => submit(services, placeWithoutApp(services, ctx)),
  }
}

async function show(services: SignInServices, place: Place): Promise<void> {
  const proof = services.pending.read(place.ctx, place.of)
  if (proof?.upstream && (await finishWithoutCode(services, place, proof))) return
  if (proof && (await finishInTrusted(services, place, proof))) return
  const account = proof && (await provenAccount(services, proof))
  if (!account) return startOver(services, place)
  await render(services, place, { proof, account })
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

async function submit(services: SignInServices, place: Place): Promise<void> {
  const { ctx, of, client } = place
  const proof = services.pending.read(ctx, of)
  const account = proof && (await provenAccount(services, proof))
  if (!account) return startOver(services, place)
  const response = sentPasskey(ctx)
  if (response !== undefined) return submitPasskey(services, place, { proof, response })
  if (formOf(ctx)['mail'] !== undefined) return sendCode(services, place, { proof, account })
  const given = code.safeParse(formOf(ctx)['code'])
  if (!given.success) return again(place, 'empty')
  if (modeOf(place) === 'mail') return submitMailed(services, place, { proof, account }, given.data)
  const from = originOf(ctx, client)
  const result = await finishSignIn(services, { proof, code: given.data, ip: ipOf(ctx), from })
  if (result.ok) {
    if (result.factor === 'totp') await trustIfTicked(services, place, { proof, account: result.account })
    services.pending.clear(ctx, of)
    return place.finish(fromThere(proof, result))
  }
  if (result.reason === 'blocked') throw new Overload('too_many_attempts', result.retryAfterSeconds)
  if (result.reason === 'over') return startOver(services, place)
  again(place, modeOf(place) === 'recovery' ? 'recovery' : 'app')
}

async function sendCode(services: SignInServices, place: Place, proven: Proven): Promise<void> {
  const { ctx, path, query } = place
  const sent = await mailCode(services, place, proven)
  const mail = sent === 'refused' ? undefined : '1'
  const wrong = sent === 'limited' ? 'limited' : undefined
  redirect(ctx, `${path}/code${withQuery(query, { ...CLEAN, ...NO_MODE, [MAIL]: mail, [WRONG]: wrong })}`)
}

async function submitMailed(
  services: SignInServices,
  place: Place,
  proven: Proven,
  typed: string,
): Promise<void> {
  const { ctx, of } = place
  const result = await finishWithMail(services, place, proven, typed)
  if (result.ok) {
    services.pending.clear(ctx, of)
    return place.finish(fromThere(proven.proof, result))
  }
  if (result.reason === 'blocked') throw new Overload('too_many_attempts', result.retryAfterSeconds)
  if (result.reason === 'over') return startOver(services, place)
  again(place, result.reason === 'wrong' ? 'mail' : 'used')
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
    await trustIfTicked(services, place, { proof: given.proof, account: result.account })
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
function startOver(services: SignInServices, { ctx, of, signInPath, query }: Place): void {
  services.pending.clear(ctx, of)
  redirect(ctx, `${signInPath}${withQuery(query, { ...CLEAN, ...NO_MODE, [LATE]: '1' })}`)
}

/** The request ended while its page was open. The person is signed in, and the request passes when it restarts. */
async function finishLost(services: SignInServices, ctx: AnyContext): Promise<void> {
  const of = /^\/interaction\/([^/]+)\//.exec(ctx.path)?.[1] ?? ''
  const proof = services.pending.read(ctx, of)
  if (proof && ctx.method !== 'POST') return finishLostUpstream(services, ctx, of, proof)
  if (!proof) return
  const result = await finishWith(services, ctx, of, proof)
  if (!result?.ok) return
  services.pending.clear(ctx, of)
  await signInBrowser(services, ctx, fromThere(proof, result))
}

async function finishWith(services: SignInServices, ctx: AnyContext, of: string, proof: PasswordProof) {
  const shared = { proof, ip: ipOf(ctx), from: originOf(ctx) }
  const response = sentPasskey(ctx)
  if (response !== undefined)
    return finishWithPasskey(services, { ...shared, response, browser: browserOf(ctx) })
  const given = code.safeParse(formOf(ctx)['code'])
  if (!given.success) return undefined
  if (ctx.query[MAIL] === undefined) return finishSignIn(services, { ...shared, code: given.data })
  const kept = services.mailed.read(ctx, of)
  return kept && finishByMail(services, { ...shared, kept, code: given.data })
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

/** Which code the form asks for. */
function modeOf({ ctx }: Place): 'app' | 'recovery' | 'mail' {
  if (ctx.query[MAIL] !== undefined) return 'mail'
  return ctx.query[RECOVERY] === undefined ? 'app' : 'recovery'
}

function isOfPasskey(problem: unknown): boolean {
  return typeof problem === 'string' && problem in PASSKEY_REFUSED
}

function ipOf(ctx: AnyContext): string {
  return requestState(ctx).clientIp ?? ''
}

async function render(services: SignInServices, place: Place, proven: Proven): Promise<void> {
  const { ctx, path, query } = place
  const { id, email } = proven.account
  const { totp } = await factorsOf(services.db, id)
  const passkeys = await passkeysOf(services.db, id)
  const mayMail = await offersMail(services, place, proven)
  const mode = modeOf(place) === 'mail' && !mayMail ? 'app' : modeOf(place)
  const here = withQuery(query, CLEAN)
  const to = (wanted: Record<string, string | undefined>) => withQuery(here, { ...NO_MODE, ...wanted })
  const action = `${path}/code${here}`
  const trust = mode === 'app' ? await trustDays(services, place, proven.account) : undefined
  const look = { action, label: 'passkey-use', plain: totp !== undefined, trust: totp ? undefined : trust }
  const challengePlace = secondStepPlace(browserOf(ctx), id)
  const { wrong } = ctx.query
  const problem = problems.get(wrong)
  const asksCode = mode !== 'app' || totp !== undefined
  const errors: FormErrors =
    problem === undefined ? {} : { [asksCode && !isOfPasskey(wrong) ? 'code' : '']: problem }
  services.render(ctx, 'sign-in-code', {
    action,
    hasApp: totp !== undefined,
    passkey:
      mode === 'app' && passkeys.length > 0
        ? passkeyForm(services, challengePlace, look, passkeys)
        : undefined,
    trustDays: trust,
    appHref: mode === 'app' ? undefined : `${path}/code${to({})}`,
    recoveryHref: mode === 'recovery' ? undefined : `${path}/code${to({ [RECOVERY]: '1' })}`,
    mailAction: mayMail ? `${path}/code${to({})}` : undefined,
    startOverHref: place.signInPath + to({}),
    mode,
    email,
    errors,
    ...(mode === 'mail' ? await services.mailWait(ctx, { errors }) : {}),
    ...(await place.locals()),
  })
}
