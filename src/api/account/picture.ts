/** One's own picture: an upload takes the place of the one before. The page has the same limits and refusals. */
import { z } from 'zod'
import type { Account } from '../../accounts/account.ts'
import { operation } from '../../operations/operation.ts'
import type { ApiRequest, Operation } from '../../operations/operation.ts'
import { showAccount } from '../../operations/shown-account.ts'
import { NO_PICTURE, noPicture, showPicture, shownPicture } from '../../operations/shown-picture.ts'
import { MOST_PIXELS } from '../../pictures/picture-sizes.ts'
import { removePicture } from '../../pictures/pictures.ts'
import { mayUpload, uploadPicture } from '../../pictures/uploads.ts'
import type { UploadRefusal } from '../../pictures/uploads.ts'
import { HOUR_MS, SECOND_MS } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { common, ownerOf } from './owner.ts'

const TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif']
const MIB = 1024 * 1024
const path = '/account/picture'

const uploaded = shownPicture
  .extend({ animated: z.boolean().describe('The file moves. Its first picture is kept.') })
  .meta({ title: 'UploadedPicture' })

export function pictureOperations(needs: Services): readonly Operation[] {
  return [setting(needs), removing(needs)]
}

const PROBLEMS = {
  pictures_off: { status: 403, when: 'Nobody may upload a picture here.' },
  picture_missing: { status: 422, when: 'The body is empty.' },
  picture_type: { status: 422, when: 'The file is not a JPEG, PNG, WebP or GIF. Its first bytes decide.' },
  picture_too_many_pixels: {
    status: 422,
    when: `The picture has more than ${MOST_PIXELS / 1_000_000} million pixels, or a very long side.`,
  },
  picture_broken: { status: 422, when: 'The file is damaged, or ends too early.' },
  picture_too_slow: { status: 422, when: 'Reading the picture took too long.' },
  too_many_requests: { status: 429, when: 'You uploaded too many pictures within an hour.' },
  pictures_busy: { status: 503, when: 'Too many pictures wait. Retry-After says when to try again.' },
  account_not_found: { status: 404, when: 'The account was deleted meanwhile.' },
} as const

/** By the refusals of `pictures`. */
const REFUSED: Record<UploadRefusal, { code: keyof typeof PROBLEMS; retryAfterSeconds?: number }> = {
  off: { code: 'pictures_off' },
  empty: { code: 'picture_missing' },
  not_a_picture: { code: 'picture_type' },
  too_many_pixels: { code: 'picture_too_many_pixels' },
  broken: { code: 'picture_broken' },
  too_slow: { code: 'picture_too_slow' },
  too_often: { code: 'too_many_requests', retryAfterSeconds: HOUR_MS / SECOND_MS },
  busy: { code: 'pictures_busy', retryAfterSeconds: 10 },
}

function setting(needs: Services): Operation {
  const { pictureLimitBytes: limitBytes } = needs.config.accounts
  return operation({
    ...common,
    path,
    id: 'setOwnPicture',
    method: 'put',
    summary: 'Set your picture',
    description: `The body is the file, of at most ${limitBytes / MIB} MiB. The server cuts a square from its middle and keeps nothing else of it.`,
    scope: 'account:write',
    upload: { types: TYPES, limitBytes },
    answer: { status: 200, description: 'The picture.', schema: uploaded },
    problems: PROBLEMS,
    async handle(request) {
      if (!mayUpload(needs)) throw refusal('off')
      const { id: accountId } = ownerOf(request.token)
      const given = { accountId, bytes: await request.upload(), expects: unchanged(needs, request) }
      const done = await uploadPicture(needs, { ...given, actor: accountId, ip: request.ip })
      if (!done.ok) throw refusal(done.reason)
      return { body: { ...showPicture(needs.config, done.kept), animated: done.moves } }
    },
  })
}

function removing(needs: Services): Operation {
  return operation({
    ...common,
    path,
    id: 'removeOwnPicture',
    method: 'delete',
    summary: 'Remove your picture',
    description: 'Its address answers 404 from then on. Browsers that have seen it may keep it.',
    scope: 'account:write',
    answer: { status: 204, description: 'The picture is gone.' },
    problems: NO_PICTURE,
    async handle(request) {
      const { id } = ownerOf(request.token)
      const by = { actor: id, ip: request.ip }
      if (!(await removePicture(needs, id, by, unchanged(needs, request)))) throw noPicture()
      return { body: undefined }
    },
  })
}

function unchanged({ config }: Services, { assertMatches }: Pick<ApiRequest, 'assertMatches'>) {
  return (before: Account) => assertMatches(showAccount(config, before))
}

function refusal(reason: UploadRefusal): AppError {
  const { code, retryAfterSeconds } = REFUSED[reason]
  const { status, when } = PROBLEMS[code]
  return new AppError(code, status, when, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })
}
