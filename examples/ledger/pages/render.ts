/** Renders the templates of `views`, with the headers that every page has. */
import { join } from 'node:path'
import ejs from 'ejs'
import type { Context } from 'koa'
import type { Db } from '../database.ts'
import type { Log } from '../log.ts'
import type { TransferNeeds } from '../books/transfer.ts'
import type { Money } from './money.ts'
import type { SignInNeeds } from './sign-in.ts'

export type PageNeeds = TransferNeeds &
  SignInNeeds & { db: Db; log: Log; money: Money; issuer: string; sessionMs: number }

const VIEWS = join(import.meta.dirname, '..', 'views')
const WHEN = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

export async function render(ctx: Context, needs: PageNeeds, view: string, locals: object): Promise<void> {
  const { issuer, money } = needs
  ctx.set(headersOf(issuer))
  const shown = { issuer, money, when: (ms: number) => `${WHEN.format(ms)} UTC`, ...locals }
  const html = await ejs.renderFile(join(VIEWS, `${view}.ejs`), shown, { cache: true })
  ctx.status = ctx.status === 404 ? 200 : ctx.status
  ctx.type = 'text/html; charset=utf-8'
  ctx.body = html
}

/** Forms lead here and, by a redirect, to the account server; Chromium checks redirects too. */
function headersOf(issuer: string): Record<string, string> {
  const forms = `form-action 'self' ${new URL(issuer).origin}`
  return {
    'Content-Security-Policy': `default-src 'none'; style-src 'self'; img-src 'self'; ${forms}; base-uri 'none'; frame-ancestors 'none'`,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  }
}
