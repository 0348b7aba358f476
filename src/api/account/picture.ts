/** One's own picture: an upload takes the place of the one before. The page has the same limits and refusals. */
import { z } from 'zod'
import type { Account } from '../../accounts/account.ts'
import { operation } from '../../operations/operation.ts'
import type { ApiRequest, Operation } from '../../operations/operation.ts'
import { showAccount } from '../../operations/shown-account.ts'
import { NO_PICTURE, noPicture, showPicture, shownPicture } from '../../operations/shown-picture.ts'
import { removePicture } from '../../pictures/pictures.ts'
import { mayUpload, uploadPicture } from '../../pictures/uploads.ts'
import { FILE_PROBLEMS, OFTEN_PROBLEMS, UPLOAD_TYPES, uploadRefused } from '../../pictures/upload-rules.ts'
import type { Services } from '../../services.ts'
import { common, ownerOf } from './owner.ts'

const MIB = 1024 * 1024
const path = '/account/picture'

const uploaded = shownPicture
  .extend({ animated: z.boolean().describe('The file moves. Its first picture is kept.') })
  .meta({ title: 'UploadedPicture' })

export function pictureOperations(needs: Services): readonly Operation[] {
  return [setting(needs), removing(needs)]
}

const PROBLEMS = {
  ...FILE_PROBLEMS,
  ...OFTEN_PROBLEMS,
  account_not_found: { status: 404, when: 'The account was deleted meanwhile.' },
} as const

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
    upload: { types: UPLOAD_TYPES, limitBytes },
    answer: { status: 200, description: 'The picture.', schema: uploaded },
    problems: PROBLEMS,
    async handle(request) {
      if (!mayUpload(needs)) throw uploadRefused('off')
      const { id: accountId } = ownerOf(request.token)
      const given = { accountId, bytes: await request.upload(), expects: unchanged(needs, request) }
      const done = await uploadPicture(needs, { ...given, actor: accountId, ip: request.ip })
      if (!done.ok) throw uploadRefused(done.reason)
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
