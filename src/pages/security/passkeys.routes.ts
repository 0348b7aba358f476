/** One's passkeys: adding one, giving it a name, and removing it. */
import type { Router } from '@koa/router'
import { z } from 'zod'
import { isVerified } from '../../accounts/account.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import { redirect } from '../../interaction/page.ts'
import { browserOf, newPasskeyForm, sentPasskey } from '../../passkeys/passkey-form.ts'
import { beginSession } from '../../interaction/session-changes.ts'
import { addPasskey, beginPasskey, isLastWayIn, removePasskey, renamePasskey } from '../../passkeys/adding.ts'
import type { PasskeyAdded } from '../../passkeys/adding.ts'
import { unknownPasskey } from '../../passkeys/signals.ts'
import { findPasskey, LONGEST_NAME, passkeyAmr } from '../../accounts/passkeys/passkey.ts'
import type { Passkey } from '../../accounts/passkeys/passkey.ts'
import { AppError } from '../../platform/errors.ts'
import { browserName } from '../../sessions/browser-name.ts'
import { passkeyPath, PATHS } from './paths.ts'
import { withProof } from './proven.ts'
import { backWith, requestLocals, requestPath, withRequest } from './security-page.ts'
import type { SecurityServices, Work } from './security-page.ts'

export function passkeysRoutes(services: SecurityServices): Router {
  return memberRoutes(
    services,
    'security',
    [
      ['get', '/account/security/passkeys/new', withProof('passkey', showNew)],
      ['post', '/account/security/passkeys/new', withProof('passkey', add)],
      ['get', '/account/security/passkeys/:id', withPasskey(show)],
      ['post', '/account/security/passkeys/:id', withPasskey(rename)],
      ['get', '/account/security/passkeys/:id/remove', withProof(removalOf, withPasskey(askRemoval))],
      ['post', '/account/security/passkeys/:id/remove', withProof(removalOf, withPasskey(remove))],
    ],
    (ctx) => requestPath(services, ctx),
  )
}

const removalOf = (ctx: AnyContext) => `passkey-${idOf(ctx)}` as const

type PasskeyWork = (
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
  passkey: Passkey,
) => Promise<void> | void

/** The work on one of the person's own passkeys. Without it, the page of one's security says so. */
function withPasskey(work: PasskeyWork): Work {
  return async (services, ctx, member) => {
    const passkey = await findPasskey(services.db, member.account.id, idOf(ctx))
    if (passkey) return work(services, ctx, member, passkey)
    backWith(services, ctx, member, 'key-gone')
  }
}

function idOf(ctx: AnyContext): string {
  return String((ctx as { params?: { id?: string } }).params?.id ?? '')
}

async function showNew(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const begun = await beginPasskey(services, member.account, browserOf(ctx))
  if (!begun || !isVerified(member.account))
    return backWith(services, ctx, member, begun ? 'unconfirmed' : 'no-passkeys')
  const action = withRequest(services, ctx, PATHS.newPasskey)
  services.render(ctx, 'security-passkey-new', {
    passkey: newPasskeyForm(begun, { action, label: 'passkey-new-button' }),
    backHref: PATHS.overview,
    errors: {},
    ...(await requestLocals(services, ctx, member)),
    ...services.nextPage.take(ctx, member),
  })
}

const NOT_ADDED: Record<Exclude<PasskeyAdded, { ok: true }>['reason'], string> = {
  expired: 'passkey-expired',
  refused: 'passkey-not-added',
  taken: 'passkey-exists',
  too_many: 'passkey-too-many',
}

/** Where the factor is due, the passkey is the second factor of this sign-in, which is minutes old. */
async function add(services: SecurityServices, ctx: AnyContext, member: Member): Promise<void> {
  const { id: accountId } = member.account
  const given = {
    accountId,
    response: sentPasskey(ctx) ?? '',
    state: formOf(ctx)['state'] ?? '',
    browser: browserOf(ctx),
    browserName: browserName(ctx.get('User-Agent')),
  }
  if (!isVerified(member.account)) return backWith(services, ctx, member, 'unconfirmed')
  const done = await addPasskey(services, given, byMember(ctx, member))
  if (!done.ok) {
    const errors = { '': NOT_ADDED[done.reason] }
    return services.nextPage.lead(ctx, withRequest(services, ctx, PATHS.newPasskey), { errors }, member)
  }
  if (requestPath(services, ctx) !== undefined || member.due === 'second_factor') {
    const earlier = member.amr?.includes('pwd') ? ['pwd'] : []
    await beginSession(services, ctx, {
      account: member.account,
      amr: [...earlier, ...passkeyAmr(done.passkey)],
    })
  }
  const { newCodes: unsaved } = services.memory.read(ctx, member)
  const madeAtMs = services.clock()
  const newCodes = done.recoveryCodes ? { codes: done.recoveryCodes, madeAtMs, first: true } : unsaved
  const kept = { provenAtMs: madeAtMs, ...(newCodes && { newCodes }) }
  if (!done.recoveryCodes) return backWith(services, ctx, member, 'key-added', kept)
  services.memory.keep(ctx, member, kept)
  redirect(ctx, withRequest(services, ctx, PATHS.newCodes))
}

function show(services: SecurityServices, ctx: AnyContext, member: Member, passkey: Passkey): void {
  services.render(ctx, 'security-passkey', {
    signOutHref: SIGN_OUT_PATH,
    action: passkeyPath(passkey.id),
    backHref: PATHS.overview,
    errors: {},
    values: { name: passkey.name },
    ...services.nextPage.take(ctx, member),
  })
}

const nameSchema = z.object({
  name: z.string().trim().min(1, 'passkey-name-missing').max(LONGEST_NAME, 'passkey-name-too-long'),
})

async function rename(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
  { id }: Passkey,
): Promise<void> {
  const form = validateForm(nameSchema, formOf(ctx))
  if (!form.ok) return services.nextPage.lead(ctx, passkeyPath(id), form, member)
  const { name } = form.value
  await renamePasskey(services, { accountId: member.account.id, id, name }, byMember(ctx, member))
  backWith(services, ctx, member, 'key-renamed')
}

async function askRemoval(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
  passkey: Passkey,
): Promise<void> {
  if (await isLastWayIn(services.db, member.account)) return backWith(services, ctx, member, 'key-last')
  services.render(ctx, 'security-passkey-remove', {
    signOutHref: SIGN_OUT_PATH,
    action: `${passkeyPath(passkey.id)}/remove`,
    backHref: PATHS.overview,
    name: passkey.name,
  })
}

async function remove(
  services: SecurityServices,
  ctx: AnyContext,
  member: Member,
  { id, credentialId }: Passkey,
): Promise<void> {
  const given = { accountId: member.account.id, id }
  const notice = await orLast(removePasskey(services, given, byMember(ctx, member)))
  const kept = { ...services.memory.read(ctx, member), provenAtMs: services.clock() }
  backWith(services, ctx, member, notice, kept, notice === 'key-removed' ? unknownPasskey(credentialId) : {})
}

async function orLast(work: Promise<boolean>) {
  try {
    return (await work) ? 'key-removed' : 'key-gone'
  } catch (error) {
    if (error instanceof AppError && error.code === 'last_way_in') return 'key-last'
    throw error
  }
}

function byMember(ctx: AnyContext, { account }: Member) {
  return { actor: account.id, ip: requestState(ctx).clientIp }
}
