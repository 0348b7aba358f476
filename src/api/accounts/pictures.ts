/** The picture of an account: where it is, and its removal, for operators who answer a complaint. */
import { z } from 'zod'
import type { Account } from '../../accounts/account.ts'
import { pictureAddress } from '../../accounts/picture-address.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { showAccount, timeOf } from '../../operations/shown-account.ts'
import { pictureOf, removePicture } from '../../pictures/pictures.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { byCaller, common, NO_ACCOUNT, params, theAccount } from './caller.ts'

const shownPicture = z
  .object({
    address: z.url().describe('A WebP of 512 × 512. Anybody may open it.'),
    created_at: z.iso.datetime(),
  })
  .meta({
    title: 'Picture',
    examples: [
      {
        address: 'https://accounts.example.com/picture/4f1d2c3b4a5968778695a4b3c2d1e0ff',
        created_at: '2026-01-05T09:30:00.000Z',
      },
    ],
  })

const NO_PICTURE = {
  ...NO_ACCOUNT,
  picture_not_found: { status: 404, when: 'The account has no picture.' },
} as const

const path = '/accounts/{id}/picture'

export function pictureOperations(needs: Services): readonly Operation[] {
  return [
    operation({
      ...common,
      path,
      id: 'getAccountPicture',
      method: 'get',
      summary: 'Read where the picture of an account is',
      scope: 'accounts:read',
      params,
      answer: { status: 200, description: 'The picture.', schema: shownPicture },
      problems: NO_PICTURE,
      async handle({ params: { id } }) {
        await theAccount(needs.db, id)
        const kept = await pictureOf(needs.db, id)
        if (!kept) throw noPicture()
        const address = pictureAddress(needs.config, kept.id)
        return { body: { address, created_at: timeOf(kept.createdAtMs) } }
      },
    }),
    operation({
      ...common,
      id: 'removeAccountPicture',
      method: 'delete',
      path,
      summary: 'Remove the picture of an account',
      description: 'Its address answers 404 from then on. Browsers that have seen it may keep it.',
      scope: 'accounts:manage',
      params,
      answer: { status: 204, description: 'The picture is gone.' },
      problems: NO_PICTURE,
      async handle(request) {
        const expects = (before: Account) => request.assertMatches(showAccount(before))
        const removed = await removePicture(needs, request.params.id, byCaller(request), expects)
        if (!removed) throw noPicture()
        return { body: undefined }
      },
    }),
  ]
}

function noPicture(): AppError {
  return new AppError('picture_not_found', 404, 'The account has no picture.')
}
