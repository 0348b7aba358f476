/** The picture of an account as the API shows it: where it is, never its bytes. */
import { z } from 'zod'
import { pictureAddress } from '../accounts/picture-address.ts'
import type { Kept } from '../pictures/pictures.ts'
import { AppError } from '../platform/errors.ts'
import { timeOf } from './shown-account.ts'

const EXAMPLE = {
  address: 'https://accounts.example.com/picture/4f1d2c3b4a5968778695a4b3c2d1e0ff',
  created_at: '2026-01-05T09:30:00.000Z',
}

export const shownPicture = z
  .object({
    address: z.url().describe('A WebP of 512 × 512. Anybody may open it.'),
    created_at: z.iso.datetime(),
  })
  .meta({ title: 'Picture', examples: [EXAMPLE] })

export function showPicture(site: { issuer: string }, { id, createdAtMs }: Kept) {
  return { address: pictureAddress(site, id), created_at: timeOf(createdAtMs) }
}

export const NO_PICTURE = {
  picture_not_found: { status: 404, when: 'The account has no picture.' },
} as const

export function noPicture(): AppError {
  return new AppError('picture_not_found', 404, 'The account has no picture.')
}
