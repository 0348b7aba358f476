/** The page of the latest sign-ins of the signed-in person, also of those that failed. */
import type { Router } from '@koa/router'
import type { PageServices } from '../../feature.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { clientNameOf } from '../../provider/clients/client-documents.ts'
import { listSignIns } from '../../sessions/sign-in-history.ts'
import { browserMessage } from '../../sessions/browser-name.ts'
import type { Message } from '../../words/message.ts'
import type { SignInEntry } from '../../sessions/sign-in-history.ts'

const PATH = '/account/sessions/history'
const ON_A_PAGE = 50

export function historyRoutes(services: PageServices): Router {
  return memberRoutes(services, 'sessions', [['get', '/account/sessions/history', show]])
}

async function show(services: PageServices, ctx: AnyContext, { account }: Member): Promise<void> {
  const nowMs = services.clock()
  const before = idOf(ctx.query['before'])
  const found = await listSignIns(services.db, account.id, { before, limit: ON_A_PAGE + 1, nowMs })
  const shown = found.slice(0, ON_A_PAGE)
  const last = found.length > ON_A_PAGE ? shown.at(-1) : undefined
  const names = await namesOf(services, shown)
  services.render(ctx, 'account-history', {
    signOutHref: SIGN_OUT_PATH,
    backHref: '/account/sessions',
    newestHref: before === undefined ? undefined : PATH,
    olderHref: last && `${PATH}?before=${last.id}`,
    nowMs,
    entries: shown.map((entry) => ({
      ...RESULTS[entry.action](entry),
      atMs: entry.atMs,
      times: entry.times,
      ip: entry.ip,
      place: services.places.of(entry.ip),
      browser: entry.browser && browserMessage(entry.browser),
      app: entry.client && names.get(entry.client),
    })),
  })
}

type Result = { result: Message; failed: boolean }

const FACTORS = {
  totp: 'history-password-totp',
  recovery_code: 'history-password-recovery-code',
  passkey: 'history-password-passkey',
  mail: 'history-mail',
  mailed_code: 'history-password-mail',
}

/** After a code by mail. */
const MAILED_FACTORS = {
  ...FACTORS,
  totp: 'history-mail-totp',
  recovery_code: 'history-mail-recovery-code',
  passkey: 'history-mail-passkey',
}

const UPSTREAM_FACTORS = {
  totp: 'history-upstream-totp',
  recovery_code: 'history-upstream-recovery-code',
  passkey: 'history-upstream-passkey',
  // A code by mail is the first step, or comes after the password: never after another provider.
  mail: 'history-upstream',
  mailed_code: 'history-upstream',
}

const RESULTS: Record<SignInEntry['action'], (entry: SignInEntry) => Result> = {
  'sign_in.succeeded': ({ factor, mailed, passwordless, confirmation, upstream, trusted }) => {
    if (passwordless)
      return { result: confirmation ? 'history-confirmed-passkey' : 'history-passkey', failed: false }
    if (trusted) return { result: trustedResult({ mailed, upstream }), failed: false }
    const factors = mailed ? MAILED_FACTORS : FACTORS
    const ofPassword = confirmation ? 'history-confirmed' : factor ? factors[factor] : 'history-password'
    const ofUpstream = factor ? UPSTREAM_FACTORS[factor] : 'history-upstream'
    return { result: upstream ? { id: ofUpstream, args: { provider: upstream } } : ofPassword, failed: false }
  },
  'sign_in.password_accepted': ({ confirmation }) => ({
    result: confirmation ? 'history-confirmed' : 'history-half',
    failed: false,
  }),
  'sign_in.mail_accepted': () => ({ result: 'history-half-mail', failed: false }),
  'sign_in.failed': ({ factor, passwordless }) => ({
    result: passwordless
      ? 'history-wrong-passkey'
      : factor === 'mail'
        ? 'history-wrong-mail-code'
        : 'history-wrong-password',
    failed: true,
  }),
  'second_factor.failed': ({ factor, upstream }) => ({
    result: upstream
      ? { id: 'history-upstream-wrong-code', args: { provider: upstream } }
      : factor === 'passkey'
        ? 'history-wrong-second-passkey'
        : 'history-wrong-code',
    failed: true,
  }),
  'second_factor.blocked': () => ({ result: 'history-blocked', failed: true }),
}

/** The first step alone, in a browser that the owner trusts. */
function trustedResult({ mailed, upstream }: Pick<SignInEntry, 'mailed' | 'upstream'>): Message {
  if (upstream) return { id: 'history-trusted-upstream', args: { provider: upstream } }
  return mailed ? 'history-trusted-mail' : 'history-trusted'
}

async function namesOf({ oidc }: PageServices, entries: readonly SignInEntry[]) {
  const ids = [...new Set(entries.flatMap(({ client }) => client ?? []))]
  return new Map(
    await Promise.all(ids.map(async (id) => [id, await clientNameOf(oidc.current(), id)] as const)),
  )
}

/** The id of an entry, from the query. Anything else shows the latest. */
function idOf(value: unknown): number | undefined {
  return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined
}
