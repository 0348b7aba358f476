/** What an upload of a picture may be over the API, and how it is refused: of one's own picture, and of the logo of an app. */
import { HOUR_MS, SECOND_MS } from '../platform/clock.ts'
import { AppError } from '../platform/errors.ts'
import { MOST_PIXELS } from './picture-sizes.ts'
import type { UploadRefusal } from './uploads.ts'

export const UPLOAD_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif']

/** By code: the refusals of a file. */
export const FILE_PROBLEMS = {
  pictures_off: { status: 403, when: 'Nobody may upload a picture here.' },
  picture_missing: { status: 422, when: 'The body is empty.' },
  picture_type: { status: 422, when: 'The file is not a JPEG, PNG, WebP or GIF. Its first bytes decide.' },
  picture_too_many_pixels: {
    status: 422,
    when: `The picture has more than ${MOST_PIXELS / 1_000_000} million pixels, or a very long side.`,
  },
  picture_broken: { status: 422, when: 'The file is damaged, or ends too early.' },
  picture_too_slow: { status: 422, when: 'Reading the picture took too long.' },
  pictures_busy: { status: 503, when: 'Too many pictures wait. Retry-After says when to try again.' },
} as const

/** Of a person who uploads often. */
export const OFTEN_PROBLEMS = {
  too_many_requests: { status: 429, when: 'You uploaded too many pictures within an hour.' },
} as const

const PROBLEMS = { ...FILE_PROBLEMS, ...OFTEN_PROBLEMS }

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

/** The refusal as the API answers it. */
export function uploadRefused(reason: UploadRefusal): AppError {
  const { code, retryAfterSeconds } = REFUSED[reason]
  const { status, when } = PROBLEMS[code]
  return new AppError(code, status, when, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })
}
