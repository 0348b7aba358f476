/** What every administration page begins with: who asks, their access to the API, and the way to sign in without one. */
import type { PageServices } from '../feature.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { formOf } from '../http/request/request-state.ts'
import { SIGN_OUT_PATH } from '../interaction/member.ts'
import { redirect } from '../interaction/page.ts'
import { scopesOf } from '../operations/operation.ts'
import type { Operation } from '../operations/operation.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { AppError } from '../platform/errors.ts'
import type { Message } from '../words/message.ts'
import { aheadInWords, spanInWords } from '../words/spans.ts'
import { scopesHeldBy } from '../accounts/roles/held-scopes.ts'
import { consoleApi, Refused, SignInNeeded, theOperation } from './console-api.ts'
import type { ConsoleApi, Refusal } from './console-api.ts'
import { readSession, signInAddress } from './console-session.ts'
import { wordsOfFault, wordsOfRefusal } from './wording/refusals.ts'
import { word } from './wording/words.ts'
import { sectionHref } from './hrefs.ts'
import { SECTIONS } from './sections/sections.ts'

export type DeskServices = PageServices & { operations: readonly Operation[] }

export type Desk = {
  services: DeskServices
  ctx: AnyContext
  api: ConsoleApi
  sessionUid: string
  /** Whether the roles of the person allow this operation. The API decides again. */
  may: (operationId: string) => boolean
  accountId: string
  /** Shows a page of the administration. `section`: the one that is open. */
  show: (view: string, locals: Record<string, unknown>, section?: string) => void
}

/** A sign-in may take the browser back here within a moment, but not twice. */
const FRESH_MS = 5 * SECOND_MS

type Params = Readonly<Record<string, string>>
type Work = (desk: Desk, params: Params) => Promise<void>

/** The work, for somebody with access. Anybody else signs in first, and comes back with what was typed. */
export function atDesk(services: DeskServices, work: Work) {
  return async (ctx: AnyContext & { params?: Params }): Promise<void> => {
    const member = await services.findMember(ctx)
    if (!member) return signIn(services, ctx)
    const { id: accountId } = member.account
    const allowed = await scopesHeldBy(services.db, accountId)
    if (allowed.size === 0)
      throw new AppError('administrator_required', 403, 'This takes a role of the administration.')
    const session = readSession(services, ctx)
    if (session?.accountId !== accountId) return signIn(services, ctx)
    const may: Desk['may'] = (id) =>
      scopesOf(theOperation(services.operations, id)).every((scope) => allowed.has(scope))
    const api = consoleApi(services, ctx, session.token)
    const show: Desk['show'] = (view, locals, section) =>
      services.render(ctx, `admin/${view}`, {
        nowMs: services.clock(),
        signOutHref: SIGN_OUT_PATH,
        sections: SECTIONS.filter(({ list }) => may(list.id)).map(({ name }) => ({
          name,
          href: sectionHref(name),
        })),
        openSection: section ?? '',
        word,
        span: spanInWords,
        ahead: aheadInWords,
        ...locals,
      })
    try {
      const desk = { services, ctx, api, sessionUid: member.sessionUid, may, accountId, show }
      await work(desk, ctx.params ?? {})
    } catch (error) {
      if (error instanceof Refused) throw asFailure(error.refusal)
      if (!(error instanceof SignInNeeded)) throw error
      // A new sign-in would not help, and the browser would go round for ever.
      if (services.clock() - session.sinceMs < FRESH_MS)
        throw new AppError('console_sign_in_refused', 403, 'The API refuses a sign-in that is new.')
      signIn(services, ctx)
    }
  }
}

function signIn(services: DeskServices, ctx: AnyContext): void {
  const values = ctx.method === 'POST' ? typedIn(ctx) : undefined
  const scopes = new Set(
    services.operations.filter(({ caller }) => caller === 'administrator').map(({ scope }) => scope),
  )
  // The API refuses an older sign-in.
  const { adminSignInSeconds: maxAgeSeconds } = services.config.tokens
  const asked = { scopes: [...scopes], maxAgeSeconds }
  redirect(ctx, signInAddress(services, ctx, { to: ctx.path + ctx.search, values, ...asked }))
}

const UNTYPED = /secret|password|^_csrf$|^etag$/

/** What was typed, for the next page: without secrets, and without what the form added. */
export function typedIn(ctx: AnyContext): Record<string, string> {
  return Object.fromEntries(Object.entries(formOf(ctx)).filter(([name]) => !UNTYPED.test(name)))
}

function asFailure({ code, status, detail }: Refusal): AppError {
  return new AppError(status === 404 ? 'not_found' : code, status, detail)
}

/** The answer to a refused form: what is wrong, at its field where the API names one. */
export function errorsOf({ code, detail, fields }: Refusal): Record<string, Message> {
  if (fields.length === 0) return { '': wordsOfRefusal(code, detail) }
  return Object.fromEntries(fields.map(({ field, message }) => [field, wordsOfFault(message)]))
}

/** The answer of a call, or why it was refused. */
export async function tried<T>(work: () => Promise<T>): Promise<{ done: T } | { refusal: Refusal }> {
  try {
    return { done: await work() }
  } catch (error) {
    if (error instanceof Refused) return { refusal: error.refusal }
    throw error
  }
}
