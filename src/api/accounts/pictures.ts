/** The picture of an account: where it is, and its removal, for operators who answer a complaint. */
import type { Account } from '../../accounts/account.ts'
import { byCaller } from '../../operations/bearer.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { showAccount } from '../../operations/shown-account.ts'
import { NO_PICTURE, noPicture, showPicture, shownPicture } from '../../operations/shown-picture.ts'
import { pictureOf, removePicture } from '../../pictures/pictures.ts'
import type { Services } from '../../services.ts'
import { common, NO_ACCOUNT, params, theAccount } from './caller.ts'

const PROBLEMS = { ...NO_ACCOUNT, ...NO_PICTURE } as const

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
      problems: PROBLEMS,
      async handle({ params: { id } }) {
        await theAccount(needs.db, id)
        const kept = await pictureOf(needs.db, id)
        if (!kept) throw noPicture()
        return { body: showPicture(needs.config, kept) }
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
      problems: PROBLEMS,
      async handle(request) {
        const expects = (before: Account) => request.assertMatches(showAccount(needs.config, before))
        const removed = await removePicture(needs, request.params.id, byCaller(request), expects)
        if (!removed) throw noPicture()
        return { body: undefined }
      },
    }),
  ]
}
