/** The choice of a language: kept in the browser, and with the account of a person who is signed in. */
import { Router } from '@koa/router'
import { z } from 'zod'
import { updateProfile } from '../../accounts/profile.ts'
import type { PageServices } from '../../feature.ts'
import type { Member } from '../../interaction/member.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import { rememberChoice } from '../../http/request/request-language.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { ownPath, redirect } from '../../interaction/page.ts'
import { LANGUAGES } from '../../words/catalogue.ts'
import type { Language } from '../../words/catalogue.ts'

const schema = z.object({
  language: z.enum(Object.keys(LANGUAGES) as [Language, ...Language[]]),
  next: z.string().max(4000).default('/'),
})

export function languageRoutes(services: PageServices): Router {
  const router = new Router()
  router.get('/language', (ctx) => services.render(ctx, 'language', locals(ctx.query['next'])))
  router.post('/language', (ctx) => choose(services, ctx))
  return router
}

function locals(next: unknown) {
  return { here: ownPath(next) }
}

async function choose(services: PageServices, ctx: AnyContext): Promise<void> {
  const form = schema.safeParse(formOf(ctx))
  if (!form.success) return redirect(ctx, '/language')
  const { language, next } = form.data
  rememberChoice(ctx, language, { secure: services.config.secure, clock: services.clock })
  const member = await services.findMember(ctx)
  if (member) await keepWithAccount(services, member, { locale: language, ip: requestState(ctx).clientIp })
  redirect(ctx, ownPath(next))
}

type Kept = { locale: Language; ip: string | undefined }

async function keepWithAccount({ db, clock }: PageServices, { account }: Member, { locale, ip }: Kept) {
  const by = { actor: account.id, ip }
  await inTransaction(db, (trx) => updateProfile(trx, account.id, { locale }, clock(), by))
}
