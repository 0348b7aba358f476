/** The page of a person: balance, history, and a form to send money. It works without JavaScript. */
import { timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Router } from '@koa/router'
import type { Context } from 'koa'
import * as oidc from 'openid-client'
import { balanceOf, historyOf, nameAccount } from '../books/account.ts'
import { Refusal } from '../books/refusal.ts'
import type { RefusalCode } from '../books/refusal.ts'
import { transfer } from '../books/transfer.ts'
import { readForm } from '../http/body.ts'
import { answerProblem, refusalOf } from '../http/problem.ts'
import { emptyForm, readTransferForm, refusedForm } from './form.ts'
import type { Form } from './form.ts'
import { render } from './render.ts'
import type { PageNeeds } from './render.ts'
import { endSession, findSession, openSession } from './session.ts'
import type { Session } from './session.ts'
import { arrive, cookieOptions, depart, leave } from './sign-in.ts'

const COOKIE = 'ledger_session'
const PAGE_LENGTH = 20
const MOST_SKIPPED = 1_000_000
const ASSETS = { 'ledger.css': 'text/css; charset=utf-8', 'favicon.svg': 'image/svg+xml' }
const PUBLIC = join(import.meta.dirname, '..', 'public')

export function pageRoutes(needs: PageNeeds): Router {
  const router = new Router()
  router.use((ctx, next) => sayInWords(ctx, needs, next))
  for (const [name, type] of Object.entries(ASSETS))
    router.get(`/assets/${name}`, async (ctx) => {
      ctx.set('Cache-Control', 'public, max-age=3600')
      ctx.type = type
      ctx.body = await readFile(join(PUBLIC, name))
    })
  router.get('/', (ctx) => home(ctx, needs))
  router.post('/send', (ctx) => send(ctx, needs))
  // A reload or a bookmark of the address of the form.
  router.get('/send', (ctx) => ctx.redirect('/'))
  router.post('/sign-in', async (ctx) => seeOther(ctx, await depart(ctx, needs)))
  router.get('/callback', (ctx) => callback(ctx, needs))
  router.post('/sign-out', (ctx) => signOut(ctx, needs))
  return router
}

/** A failure that no page has words for yet, such as an account server or a database that is away. */
async function sayInWords(ctx: Context, needs: PageNeeds, next: () => Promise<unknown>): Promise<void> {
  try {
    await next()
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal.status >= 500) needs.log.error({ err: refusal.cause }, 'page.failed')
    ctx.status = refusal.status
    await render(ctx, needs, 'failed', { words: WORDS[refusal.code] ?? refusal.message })
  }
}

const WORDS: Partial<Record<RefusalCode, string>> = {
  temporarily_unavailable: 'A service that the ledger needs does not answer. Please try again in a moment.',
  server_error: 'That did not work. Please try again.',
}

/** Words for a browser, and a problem for everybody else. */
export async function answerUnknown(ctx: Context, needs: PageNeeds): Promise<void> {
  const refusal = new Refusal('not_found')
  if (ctx.accepts('json', 'html') !== 'html') return answerProblem(ctx, refusal)
  await render(ctx, needs, 'failed', { words: refusal.message })
  ctx.status = refusal.status
}

async function home(ctx: Context, needs: PageNeeds): Promise<void> {
  const session = await sessionOf(ctx, needs)
  if (!session) return render(ctx, needs, 'signed-out', {})
  await showAccount(ctx, needs, session, emptyForm())
}

async function showAccount(ctx: Context, needs: PageNeeds, session: Session, form: Form): Promise<void> {
  const { db, startingBalanceMinor, money } = needs
  const skip = Math.min(Number(/^\d{1,7}$/.exec(String(ctx.query['skip'] ?? 0))?.[0] ?? 0), MOST_SKIPPED)
  const [items, balanceMinor, sent] = [
    await historyOf(db, session.sub, { skip, limit: PAGE_LENGTH + 1 }),
    await balanceOf(db, session.sub, startingBalanceMinor),
    await sentNow(ctx, needs, session),
  ]
  await render(ctx, needs, 'account', {
    session,
    form,
    sent,
    balance: money.format(balanceMinor),
    items: items.slice(0, PAGE_LENGTH),
    newer: skip > 0 ? Math.max(0, skip - PAGE_LENGTH) : undefined,
    older: items.length > PAGE_LENGTH ? skip + PAGE_LENGTH : undefined,
  })
}

/** What the person has just sent, after the redirect: only what is in their own history. */
async function sentNow(
  ctx: Context,
  { db, money }: PageNeeds,
  { sub }: Session,
): Promise<string | undefined> {
  const id = ctx.query['sent'] ?? ctx.query['already']
  if (typeof id !== 'string') return undefined
  const recent = await historyOf(db, sub, { skip: 0, limit: PAGE_LENGTH })
  const one = recent.find((item) => item.id === id && item.amountMinor < 0)
  if (!one) return undefined
  const words = `${money.format(-one.amountMinor)} to ${one.counterparty}`
  return 'already' in ctx.query ? `You had sent ${words} already. It was sent once.` : `You sent ${words}.`
}

async function send(ctx: Context, needs: PageNeeds): Promise<void> {
  const session = await sessionOf(ctx, needs)
  if (!session) return lost(ctx, needs, 'Your session has ended. Nothing was sent. Please sign in again.')
  const given = await readForm(ctx)
  if (!isOwn(given, session)) {
    ctx.status = 403
    const form = emptyForm()
    const words = 'This form was from an earlier sign-in. Nothing was sent. Please fill it in again.'
    return showAccount(ctx, needs, session, { ...form, errors: { form: words } })
  }
  const read = readTransferForm(given, needs.money)
  if (!read.ok) return showRefused(ctx, needs, session, read.form, 422)
  try {
    const { sub: sender, name: senderName } = session
    const { body, replayed } = await transfer(needs, { ...read.order, sender, senderName })
    if ('id' in body) return seeOther(ctx, `/?${replayed ? 'already' : 'sent'}=${body.id}`)
    const balance = await balanceOf(needs.db, sender, needs.startingBalanceMinor)
    await showRefused(
      ctx,
      needs,
      session,
      refusedForm(read.typed, body.code, needs.money.format(balance)),
      422,
    )
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal.status >= 500) needs.log.error({ err: refusal.cause }, 'page.send_failed')
    const form = refusedForm(read.typed, refusal.code, '')
    // After an outage the same key goes out again: what was booked before the failure is not booked twice.
    const key = refusal.status === 503 ? read.order.idempotencyKey : form.key
    await showRefused(ctx, needs, session, { ...form, key }, refusal.status)
  }
}

async function showRefused(ctx: Context, needs: PageNeeds, session: Session, form: Form, status: number) {
  ctx.status = status
  await showAccount(ctx, needs, session, form)
}

async function callback(ctx: Context, needs: PageNeeds): Promise<void> {
  try {
    const signedIn = await arrive(ctx, needs)
    // A page that was reloaded, or that a person went back to, comes with a return that was used.
    if (!signedIn && (await sessionOf(ctx, needs))) return seeOther(ctx, '/')
    if (!signedIn)
      return await lost(ctx, needs, 'This browser did not begin that sign-in. Please sign in again.')
    const old = ctx.cookies.get(COOKIE)
    if (old) await endSession(needs.db, old)
    const id = await openSession(needs.db, signedIn, needs.clock() + needs.sessionMs)
    ctx.cookies.set(COOKIE, id, { ...cookieOptions(needs.publicUrl), maxAge: needs.sessionMs })
    await nameAccount(needs.db, signedIn.sub, signedIn.name)
    seeOther(ctx, '/')
  } catch (error) {
    const denied = error instanceof oidc.AuthorizationResponseError && error.error === 'access_denied'
    needs.log.warn({ err: error }, 'page.sign_in_failed')
    await lost(ctx, needs, denied ? 'You did not sign in.' : 'Signing in did not work. Please try again.')
  }
}

async function signOut(ctx: Context, needs: PageNeeds): Promise<void> {
  const session = await sessionOf(ctx, needs)
  if (!session || !isOwn(await readForm(ctx), session)) return seeOther(ctx, '/')
  await endSession(needs.db, ctx.cookies.get(COOKIE) ?? '')
  ctx.cookies.set(COOKIE, null, cookieOptions(needs.publicUrl))
  // Here the session has ended in any case; at an account server that is away it goes on.
  seeOther(ctx, await leave(needs, session.idToken).catch(() => '/'))
}

async function lost(ctx: Context, needs: PageNeeds, words: string): Promise<void> {
  ctx.status = 401
  await render(ctx, needs, 'signed-out', { words })
}

async function sessionOf(ctx: Context, { db, clock }: PageNeeds): Promise<Session | undefined> {
  const id = ctx.cookies.get(COOKIE)
  return id ? findSession(db, id, clock()) : undefined
}

function isOwn(given: URLSearchParams, { csrf }: Session): boolean {
  const [sent, kept] = [Buffer.from(given.get('csrf') ?? ''), Buffer.from(csrf)]
  return sent.length === kept.length && timingSafeEqual(sent, kept)
}

function seeOther(ctx: Context, address: string): void {
  ctx.redirect(address)
  ctx.status = 303
}
