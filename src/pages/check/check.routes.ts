/** The pages of a code by mail, before a sign-in, a registration or a reset, and what scripts ask. */
import { Router } from '@koa/router'
import { z } from 'zod'
import { confirmCheck, requestCheck } from '../../accounts/challenges/mail-check.ts'
import { issuePuzzle } from '../../attempts/puzzle.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { CheckedForm } from '../../interaction/challenge.ts'
import type { LinkPages } from '../../interaction/link-pages.ts'
import type { Said } from '../../interaction/next-page.ts'
import { nameWords } from '../../interaction/typed-address.ts'
import { redirect } from '../../interaction/page.ts'
import { createMailDelay } from '../../outbox/mail-queue.ts'
import { parseEmail } from '../../platform/email.ts'
import { Overload } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import type { Message } from '../../words/message.ts'

const LONGEST_CODE = 100

const schema = z.object({
  email: z.string().max(320, 'sign-in-name-too-long').trim().min(1, 'sign-in-name-missing'),
})
const codeSchema = z.object({
  code: z.string().max(LONGEST_CODE, 'check-code-wrong').trim().min(1, 'check-code-missing'),
})

/** Answers scripts, which send no form. Nothing is stored for a puzzle. Whether mails are late is no secret of anybody. */
export function scriptRoutes(services: Pick<Services, 'config' | 'clock' | 'db' | 'sealer'>): Router {
  const router = new Router()
  const mailsAreLate = createMailDelay(services)
  router.get('/check/mails', async (ctx) => {
    ctx.body = { late: await mailsAreLate() }
  })
  router.get('/check/puzzle', (ctx) => {
    ctx.body = issuePuzzle(services, requestState(ctx).clientIp ?? '')
  })
  return router
}

export function checkRoutes(pages: LinkPages): Router {
  const router = new Router()
  router.get('/check', (ctx) => show(pages, ctx))
  router.post('/check', (ctx) => send(pages, ctx))
  router.get('/check/code', (ctx) => showCode(pages, ctx))
  router.post('/check/code', (ctx) => confirm(pages, ctx))
  return router
}

async function show(pages: LinkPages, ctx: AnyContext): Promise<void> {
  await refusePaused(pages, ctx)
  const links = { action: `/check${ctx.search}`, backHref: backHref(pages, ctx) }
  const said = pages.nextPage.take(ctx)
  const words = nameWords(pages.config, said.errors)
  pages.render(ctx, 'check', { ...links, challenge: {}, values: {}, ...said, ...words })
}

/** A code would help nobody: the form that it is for is refused all the same. */
async function refusePaused({ challenges }: LinkPages, ctx: AnyContext): Promise<void> {
  const waitSeconds = await challenges.pauseSeconds(ctx)
  if (waitSeconds === undefined) return
  throw new Overload(formFor(ctx) === 'sign-in' ? 'too_many_attempts' : 'too_many_requests', waitSeconds)
}

async function send(pages: LinkPages, ctx: AnyContext): Promise<void> {
  await refusePaused(pages, ctx)
  const form = validateForm(schema, formOf(ctx))
  const refuse = (said: Said) => pages.nextPage.lead(ctx, `/check${ctx.search}`, said)
  if (!form.ok) return refuse({ values: form.values, errors: form.errors })
  const { email: login } = form.value
  const registers = formFor(ctx) === 'register'
  if (registers && !parseEmail(login).ok)
    return refuse({ values: form.values, errors: { email: 'check-email-invalid' } })
  const ip = requestState(ctx).clientIp ?? ''
  const { solution } = pages.challenges.proofOf(ctx)
  const waiting = await requestCheck(pages, { login, registers, ip, solution })
  pages.challenges.kept.write(ctx, { waiting })
  pages.nextPage.lead(ctx, `/check/code${ctx.search}`, { about: { email: login } })
}

/** Without a code that waits in this browser, the form that asks for one is all there is to show. */
async function showCode(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const { about, ...said } = pages.nextPage.take(ctx)
  if (!about || pages.challenges.kept.read(ctx).waiting === undefined)
    return redirect(ctx, `/check${ctx.search}`)
  const locals = {
    action: `/check/code${ctx.search}`,
    againHref: `/check${ctx.search}`,
    email: about['email'],
    errors: {},
    ...(await pages.mailWait(ctx, said)),
  }
  pages.render(ctx, 'check-code', { ...locals, ...said })
}

async function confirm(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const { about = { email: '' } } = pages.nextPage.take(ctx)
  const refuse = (error: Message) =>
    pages.nextPage.lead(ctx, `/check/code${ctx.search}`, { about, errors: { code: error } })
  const form = validateForm(codeSchema, formOf(ctx))
  const { waiting } = pages.challenges.kept.read(ctx)
  if (waiting === undefined) return redirect(ctx, `/check${ctx.search}`)
  if (!form.ok) return refuse(form.errors['code'] ?? 'check-code-missing')
  const checked = await confirmCheck(pages, { waiting, code: form.value.code })
  if (!checked.ok) {
    if (checked.reason === 'wrong_code') return refuse('check-code-wrong')
    const errors = { '': 'check-code-over' }
    return pages.nextPage.lead(ctx, `/check${ctx.search}`, { values: about, errors })
  }
  pages.challenges.kept.write(ctx, { pass: checked.pass })
  pages.nextPage.lead(ctx, backHref(pages, ctx), { values: about, notice: 'check-done' })
}

function formFor(ctx: AnyContext): CheckedForm {
  const { for: form } = ctx.query
  return form === 'register' || form === 'forgot' ? form : 'sign-in'
}

/** The form that the code was asked for. */
function backHref({ returnPath }: LinkPages, ctx: AnyContext): string {
  const form = formFor(ctx)
  if (form !== 'sign-in') return `/${form}${returnPath.query(ctx)}`
  const { next } = ctx.query
  const own = typeof next === 'string' ? `/sign-in?${new URLSearchParams({ next })}` : '/sign-in'
  return returnPath.path(ctx) ?? own
}
