/** The forms with which the signed-in person sets and removes the picture. Their page is the profile. */
import type { Router } from '@koa/router'
import { takePicture } from '../../attempts/account-limits.ts'
import type { PageServices } from '../../feature.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Member } from '../../interaction/member.ts'
import { memberRoutes } from '../../interaction/member.routes.ts'
import type { Said } from '../../interaction/next-page.ts'
import type { Crop, CropRefusal } from '../../pictures/crop.ts'
import { MOST_PIXELS } from '../../pictures/picture-sizes.ts'
import { removePicture, setPicture } from '../../pictures/pictures.ts'

export const PICTURE_FORM = '/account/picture'
export const PICTURE_FIELD = 'picture'

type PictureServices = PageServices & { crop: Crop }

export function pictureRoutes(services: PictureServices): Router {
  return memberRoutes(services, 'account', [
    ['post', '/account/picture', set],
    ['post', '/account/picture/remove', remove],
  ])
}

const MIB = 1024 * 1024
const PROBLEMS: Record<CropRefusal, string> = {
  empty: 'account-picture-missing',
  not_a_picture: 'account-picture-type',
  too_many_pixels: 'account-picture-pixels',
  broken: 'account-picture-broken',
  too_slow: 'account-picture-slow',
  busy: 'account-picture-busy',
}

/** What the page says of a file above the limit. */
export function tooLarge(limitBytes: number): Said {
  return refused('account-picture-too-large', { limit: limitBytes / MIB })
}

async function set(services: PictureServices, ctx: AnyContext, member: Member): Promise<void> {
  const { crop, config, clock, nextPage } = services
  const lead = (said: string | Said) => nextPage.lead(ctx, '/account', said, member)
  const { upload, clientIp: ip } = requestState(ctx)
  if (config.accounts.pictureLimitBytes === 0) return lead(refused('account-picture-off'))
  if (!upload || upload.length === 0) return lead(refused('account-picture-missing'))
  const { id } = member.account
  if (!(await takePicture(services, id, clock()))) return lead(refused('account-picture-too-often'))
  const cropped = await crop(upload)
  if (!cropped.ok) return lead(refused(PROBLEMS[cropped.reason], { count: MOST_PIXELS / 1_000_000 }))
  await setPicture(services, id, cropped, { actor: id, ip })
  lead(cropped.moves ? 'account-picture-still' : 'account-picture-saved')
}

async function remove(services: PictureServices, ctx: AnyContext, member: Member): Promise<void> {
  const { id } = member.account
  await removePicture(services, id, { actor: id, ip: requestState(ctx).clientIp })
  services.nextPage.lead(ctx, '/account', 'account-picture-removed', member)
}

function refused(id: string, args: Record<string, number> = {}): Said {
  return { errors: { [PICTURE_FIELD]: { id, args } } }
}
