/**
 * Reads the forms of our pages that have a file. Nobody but a signed-in person makes this server read so much, so the
 * session is looked up before the body.
 */
import { isFileForm } from '../admin/file-form.ts'
import { FILE_FIELD } from '../admin/form.ts'
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
    const form = ctx.method === 'POST' && isUpload(ctx) ? formAt(ctx.path) : undefined
    if (!form) return next()
    const member = await findMember(ctx)
    if (!member) return redirect(ctx, form.page)
    try {
      await readUpload(ctx, { field: form.field, limitBytes: pictureLimitBytes })
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'body_too_large') throw error
      return nextPage.lead(ctx, form.page, tooLarge(pictureLimitBytes, form.field), member)
    }
    return next()
  }
}

/** `page`: the one that shows the form. */
function formAt(path: string): { page: string; field: string } | undefined {
  if (path === PICTURE_FORM) return { page: '/account', field: PICTURE_FIELD }
  return isFileForm(path) ? { page: path, field: FILE_FIELD } : undefined
}
