/**
 * Reads the one form of our pages that has a file. Nobody but a signed-in person makes this server read so much, so the
 * session is looked up before the body.
 */
import type { Site } from '../feature.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { isUpload, readUpload } from '../http/request/uploaded-form.ts'
import { redirect } from '../interaction/page.ts'
import { PICTURE_FIELD, PICTURE_FORM, tooLarge } from '../pages/picture/picture.routes.ts'
import { AppError } from '../platform/errors.ts'
import type { Config } from '../settings/config.ts'

export function uploadedPicture(
  { accounts: { pictureLimitBytes } }: Config,
  { findMember, nextPage }: Pick<Site, 'findMember' | 'nextPage'>,
) {
  return async (ctx: AnyContext, next: () => Promise<unknown>): Promise<unknown> => {
    if (ctx.method !== 'POST' || ctx.path !== PICTURE_FORM || !isUpload(ctx)) return next()
    const member = await findMember(ctx)
    if (!member) return redirect(ctx, '/account')
    try {
      await readUpload(ctx, { field: PICTURE_FIELD, limitBytes: pictureLimitBytes })
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'body_too_large') throw error
      return nextPage.lead(ctx, '/account', tooLarge(pictureLimitBytes), member)
    }
    return next()
  }
}
