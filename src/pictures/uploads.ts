/** Uploads of one's own picture: whether there may be any, how often, and what comes of the file. */
import { takePicture } from '../attempts/account-limits.ts'
import type { Actor, Expects } from '../accounts/account-state.ts'
import type { Services } from '../services.ts'
import { createCrop } from './crop.ts'
import type { CropRefusal } from './crop.ts'
import { setPicture } from './pictures.ts'
import type { Kept } from './pictures.ts'

/** `off`: the settings allow no uploads. `too_often`: the account uploaded enough of them for now. */
export type UploadRefusal = CropRefusal | 'off' | 'too_often'

/** `moves`: the file is an animation, and the picture is the first of it. */
export type Uploaded = { ok: true; kept: Kept; moves: boolean } | { ok: false; reason: UploadRefusal }

/** One queue for the process: each decoder may take some hundred megabytes and a core. */
export const crop = createCrop()

/** Whether anybody may upload one. */
export function mayUpload({ config }: Pick<Services, 'config'>): boolean {
  return config.accounts.pictureLimitBytes > 0
}

/** @throws AppError 404 `account_not_found` */
export async function uploadPicture(
  needs: Pick<Services, 'config' | 'db' | 'clock'>,
  { accountId, bytes, expects, ...by }: Actor & { accountId: string; bytes: Buffer; expects?: Expects },
): Promise<Uploaded> {
  const { config, db, clock } = needs
  if (!mayUpload(needs)) return { ok: false, reason: 'off' }
  if (bytes.length === 0) return { ok: false, reason: 'empty' }
  if (!(await takePicture({ db, config }, accountId, clock()))) return { ok: false, reason: 'too_often' }
  const cropped = await crop.squares(bytes)
  if (!cropped.ok) return cropped
  const kept = await setPicture(needs, accountId, cropped, by, expects)
  return { ok: true, kept, moves: cropped.moves }
}
