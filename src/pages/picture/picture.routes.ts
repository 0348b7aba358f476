/** The forms with which the signed-in person sets and removes the picture. Their page is the profile. */
import type { Router } from '@koa/router'
import type { PageServices } from '../../feature.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import type { Said } from '../../interaction/next-page.ts'
import { MOST_PIXELS } from '../../pictures/picture-sizes.ts'
import { removePicture } from '../../pictures/pictures.ts'
import { uploadPicture } from '../../pictures/uploads.ts'
import type { UploadRefusal } from '../../pictures/uploads.ts'

export const PICTURE_FORM = '/account/picture'
export const PICTURE_FIELD = 'picture'

export function pictureRoutes(services: PageServices): Router {
  return memberRoutes(services, 'account', [
    ['post', '/account/picture', set],
    ['post', '/account/picture/remove', remove],
  ])
}

const MIB = 1024 * 1024
const PROBLEMS: Record<UploadRefusal, string> = {
  off: 'account-picture-off',
  too_often: 'account-picture-too-often',
  empty: 'account-picture-missing',
  not_a_picture: 'account-picture-type',
  too_many_pixels: 'account-picture-pixels',
  broken: 'account-picture-broken',
  too_slow: 'account-picture-slow',
  busy: 'account-picture-busy',
}

/** What the page says of a file above the limit. */
export function tooLarge(limitBytes: number, field: string): Said {
  return { errors: { [field]: { id: 'account-picture-too-large', args: { limit: limitBytes / MIB } } } }
}

async function set(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const lead = (said: string | Said) => services.nextPage.lead(ctx, '/account', said, member)
  const { upload: bytes = Buffer.alloc(0), clientIp: ip } = requestState(ctx)
  const { id: accountId } = member.account
  const done = await uploadPicture(services, { accountId, bytes, actor: accountId, ip })
  if (!done.ok) return lead(refused(PROBLEMS[done.reason], { count: MOST_PIXELS / 1_000_000 }))
  lead(done.moves ? 'account-picture-still' : 'account-picture-saved')
}

async function remove(services: PageServices, ctx: AnyContext, member: Member): Promise<void> {
  const { id } = member.account
  await removePicture(services, id, { actor: id, ip: requestState(ctx).clientIp })
  services.nextPage.lead(ctx, '/account', 'account-picture-removed', member)
}

function refused(id: string, args: Record<string, number> = {}): Said {
  return { errors: { [PICTURE_FIELD]: { id, args } } }
}
