/** "Email me a code": asks for a code in place of the password, and takes it. For an app, or for no app. */
import { z } from 'zod'
import { passwordProof } from '../../factors/finish-sign-in.ts'
import { signInByMail } from '../../factors/mail-sign-in.ts'
import { requestSignInCode } from '../../factors/mailed-codes.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { originOf, signInBrowser } from '../../interaction/signed-in-browser.ts'
import { redirect } from '../../interaction/page.ts'
import type { StepPages } from '../../interaction/page.ts'
import type { SignInServices } from './browser-memory.ts'
import { placeOfRequest, placeWithoutApp } from './code-place.ts'
import type { Place } from './code-place.ts'
import type { OwnPage } from './own-page.ts'

const LONGEST_CODE = 100
const typed = z.object({
  email: z.string().max(320).trim().min(1).optional(),
  code: z.string().max(LONGEST_CODE).trim().optional(),
})

/** A step of an interaction, in place of the password. */
export function mailedCodePages(services: SignInServices): StepPages {
  return {
    show: (page) => show(services, placeOfRequest(services, page)),
    submit: (page) => submit(services, placeOfRequest(services, page)),
    whenLost: (ctx) => finishLost(services, ctx),
  }
}

/** The same for the person's own account. */
export function mailedCodePage(services: SignInServices): OwnPage {
  return {
    show: (ctx) => show(services, placeWithoutApp(services, ctx)),
    submit: (ctx) => submit(services, placeWithoutApp(services, ctx)),
  }
}

async function show(services: SignInServices, place: Place): Promise<void> {
  const { ctx, of, path, signInPath, query } = place
  const kept = services.mailed.read(ctx, of)
  if (!kept || !services.config.factors.emailSignIn) return redirect(ctx, signInPath + query)
  const said = services.nextPage.take(ctx)
  services.render(ctx, 'sign-in-mail', {
    action: `${path}/email-code${query}`,
    startOverHref: signInPath + query,
    login: kept.login,
    errors: {},
    ...(await place.locals()),
    ...said,
    ...(await services.mailWait(ctx, said)),
  })
}

async function submit(services: SignInServices, place: Place): Promise<void> {
  const { ctx, of, signInPath, query } = place
  if (!services.config.factors.emailSignIn) return redirect(ctx, signInPath + query)
  const given = typed.safeParse(formOf(ctx))
  const kept = services.mailed.read(ctx, of)
  const { code, email = kept?.login } = given.success ? given.data : {}
  if (code !== undefined && kept) return check(services, place, code)
  if (email !== undefined) return ask(services, place, email)
  const errors = { email: 'sign-in-name-missing' }
  services.nextPage.lead(ctx, signInPath + query, { errors })
}

async function ask(services: SignInServices, place: Place, login: string): Promise<void> {
  const { ctx, of, path, query } = place
  services.mailed.write(ctx, of, await requestSignInCode(services, { login, ip: ipOf(ctx) }))
  redirect(ctx, `${path}/email-code${query}`)
}

async function check(services: SignInServices, place: Place, code: string): Promise<void> {
  const { ctx, of, path, signInPath, query, client } = place
  const result = await attempt(services, ctx, { of, code, client })
  if (result.ok) return place.finish(result)
  if (result.reason === 'second_factor') return redirect(ctx, `${path}/code${query}`)
  if (result.reason === 'over')
    return services.nextPage.lead(ctx, signInPath + query, { errors: { '': 'mail-code-over' } })
  services.nextPage.lead(ctx, `${path}/email-code${query}`, { errors: { code: 'mail-code-wrong' } })
}

/** With a second factor, this browser remembers the first step, and the page for the factor is next. */
async function attempt(
  services: SignInServices,
  ctx: AnyContext,
  { of, code, client }: { of: string; code: string; client?: string | undefined },
) {
  const kept = services.mailed.read(ctx, of)
  if (!kept) return { ok: false, reason: 'over' } as const
  const from = originOf(ctx, client)
  const result = await signInByMail(services, { kept, code, ip: ipOf(ctx), from })
  if (!result.ok && result.reason === 'wrong') return result
  services.mailed.clear(ctx, of)
  if (!result.ok && result.reason === 'second_factor')
    services.pending.write(ctx, of, { ...passwordProof(result.account, services.clock()), first: 'otp' })
  return result
}

/** The request ended while its page was open. The person is signed in, and the request passes when it restarts. */
async function finishLost(services: SignInServices, ctx: AnyContext): Promise<void> {
  const of = /^\/interaction\/([^/]+)\//.exec(ctx.path)?.[1] ?? ''
  const { code } = formOf(ctx)
  if (code === undefined || !services.mailed.read(ctx, of)) return
  const result = await attempt(services, ctx, { of, code: code.slice(0, LONGEST_CODE) })
  if (result.ok) await signInBrowser(services, ctx, result)
}

function ipOf(ctx: AnyContext): string {
  return requestState(ctx).clientIp ?? ''
}
