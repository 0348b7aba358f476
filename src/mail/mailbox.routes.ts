/** Pages of the development mailbox, and the same as JSON for tests. Never mounted in service mode. */
import { Router } from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import { AppError } from '../platform/errors.ts'
import type { Db } from '../platform/sql/database.ts'
import { findMessage, listMessages } from './mailbox.ts'
import type { MailboxMessage } from './mailbox.ts'

// The mail's own styles are inline, and nothing else in it may act: no script, no form, no remote content, and an
// origin of its own. Its links open new windows.
const MAIL_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-popups allow-popups-to-escape-sandbox',
].join('; ')

const query = z.object({ to: z.string().max(320).optional() })

/** `mayRead`: the caller may read every mail of every account. */
export function mailboxRoutes(
  db: Db,
  render: (ctx: Context, view: string, locals: Record<string, unknown>) => Promise<void>,
  mayRead: (ctx: Context) => Promise<boolean>,
): Router {
  const router = new Router()

  router.get('/mailbox', readersOnly, async (ctx) => {
    const { to } = query.safeParse(ctx.query).data ?? {}
    const messages = await listMessages(db, to === undefined ? {} : { to })
    ctx.set('Cache-Control', 'no-store')
    if (wantsJson(ctx)) ctx.body = { messages }
    else await render(ctx, 'mailbox', { messages })
  })

  router.get('/mailbox/:id', readersOnly, async (ctx) => {
    const message = await existing(db, ctx.params.id)
    ctx.set('Cache-Control', 'no-store')
    if (wantsJson(ctx)) ctx.body = message
    else await render(ctx, 'mailbox-message', { message, htmlHref: `/mailbox/${message.id}/html` })
  })

  router.get('/mailbox/:id/html', readersOnly, async (ctx) => {
    const { html } = await existing(db, ctx.params.id)
    ctx.set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': MAIL_POLICY,
      'X-Frame-Options': 'SAMEORIGIN',
    })
    ctx.type = 'html'
    ctx.body = html
  })

  return router

  // In front of each route: a middleware of the router would make every address one of its own.
  async function readersOnly(ctx: Context, next: () => Promise<unknown>): Promise<void> {
    if (!(await mayRead(ctx)))
      throw new AppError('forbidden', 403, 'Only an administrator who is signed in may read the mailbox.')
    await next()
  }
}

async function existing(db: Db, id = ''): Promise<MailboxMessage> {
  const message = await findMessage(db, id)
  if (!message) throw new AppError('mail_not_found', 404, 'There is no such mail in the mailbox.')
  return message
}

function wantsJson(ctx: Context): boolean {
  return ctx.accepts('html', 'json') === 'json'
}
