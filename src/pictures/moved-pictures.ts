/** Pictures as `export` and `import` move them. Apps get the same address below the other server's issuer. */
import { changeCachedOf } from '../account-cache/changed-account.ts'
import { PICTURE_ID } from '../accounts/picture-address.ts'
import { AppError } from '../platform/errors.ts'
import { pictureType } from '../platform/picture-type.ts'
import type { MovedTable } from '../platform/sql/moved-table.ts'
import { PICTURE_TYPE } from './pictures.ts'

const LONGEST = 2 * 1024 * 1024

export const MOVED_PICTURES: MovedTable = {
  type: 'picture',
  plural: 'pictures',
  table: 'account_pictures',
  key: 'id',
  alike: 'accountId',
  fields: {
    id: { kind: 'text', max: 32 },
    accountId: { kind: 'text', max: 36 },
    large: { kind: 'text', max: LONGEST },
    small: { kind: 'text', max: LONGEST },
    createdAtMs: { kind: 'moment' },
  },
  // They are served from our own address, and nothing else may be.
  check({ id, large, small }) {
    const isOurs = [large, small].every(
      (image) => pictureType(Buffer.from(String(image), 'base64')) === PICTURE_TYPE,
    )
    if (!isOurs || !PICTURE_ID.test(String(id)))
      throw new AppError('picture_invalid', 422, 'The picture is not as exported.')
  },
  arrived: (sql, { accountId }) => changeCachedOf(sql, [String(accountId)]),
}
