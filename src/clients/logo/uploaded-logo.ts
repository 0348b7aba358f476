/**
 * The logo that an operator uploaded for an app. The server made it itself of the file (`pictures`), and keeps nothing else of
 * it. An app has one or none. It comes before `logo_uri`, which stays as it is.
 */
import { createHash } from 'node:crypto'
import { crop, mayUpload } from '../../pictures/uploads.ts'
import type { UploadRefusal } from '../../pictures/uploads.ts'
import { pictureType } from '../../platform/picture-type.ts'
import { AppError } from '../../platform/errors.ts'
import { noteChange } from '../../platform/sql/change-feed.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import type { MovedTable } from '../../platform/sql/moved-table.ts'
import type { Services } from '../../services.ts'
import { clientNotFound, lockClient, toClient } from '../client-rows.ts'
import type { Client } from '../client-rows.ts'
import { CLIENTS_TOPIC, noteClientChange } from '../clients.ts'

/** What uploaded logos are, here and on the way to other servers. */
export const LOGO_TYPE = 'image/png'

export type KeptLogo = { id: string; createdAtMs: number }
/** `moves`: the file is an animation, and the logo is the first picture of it. */
export type UploadedLogo =
  | { ok: true; kept: KeptLogo; moves: boolean }
  | { ok: false; reason: Exclude<UploadRefusal, 'too_often'> }

/** Gets the client before the change, while its row is locked. Throws to refuse the change. */
type Expects = (client: Client) => void

/** Takes the place of the logo before, which has no address from then on. @throws AppError 404 `client_not_found` */
export async function uploadLogo(
  needs: Pick<Services, 'config' | 'db' | 'clock'>,
  { clientId, bytes, expects }: { clientId: string; bytes: Buffer; expects?: Expects },
): Promise<UploadedLogo> {
  if (!mayUpload(needs)) return { ok: false, reason: 'off' }
  const made = await crop.whole(bytes)
  if (!made.ok) return made
  return { ok: true, kept: await setLogo(needs, clientId, made.whole, expects), moves: made.moves }
}

/** `image`: a PNG. @throws AppError 404 `client_not_found` */
export async function setLogo(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  clientId: string,
  image: Buffer,
  expects?: Expects,
): Promise<KeptLogo> {
  const logo = { id: digestOf(image), image: image.toString('base64'), createdAtMs: clock() }
  return inTransaction(db, async (trx) => {
    const row = await lockClient(trx, clientId)
    if (!row) throw clientNotFound()
    expects?.(toClient(row))
    const same = row.logoId === logo.id ? await keptLogo(trx, clientId) : undefined
    if (same) return same
    await trx('client_logos').where({ clientId }).delete()
    await trx('client_logos').insert({ clientId, ...logo })
    await noteLogoChange(trx, row, logo.createdAtMs)
    return { id: logo.id, createdAtMs: logo.createdAtMs }
  })
}

/** Answers false where there was none. @throws AppError 404 `client_not_found` */
export async function removeLogo(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  clientId: string,
  expects?: Expects,
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const row = await lockClient(trx, clientId)
    if (!row) throw clientNotFound()
    expects?.(toClient(row))
    if ((await trx('client_logos').where({ clientId }).delete()) === 0) return false
    await noteLogoChange(trx, row, clock())
    return true
  })
}

async function keptLogo(sql: Sql, clientId: string): Promise<KeptLogo | undefined> {
  return sql<KeptLogo & { clientId: string }>('client_logos').where({ clientId }).first('id', 'createdAtMs')
}

/** The bytes of a logo, as PNG. */
export async function findLogo(sql: Sql, clientId: string, id: string): Promise<Buffer | undefined> {
  const [image]: string[] = await sql('client_logos').where({ clientId, id }).pluck('image')
  return image === undefined ? undefined : Buffer.from(image, 'base64')
}

/** Every process forgets the client that it read before. */
async function noteLogoChange(
  trx: Sql,
  { clientId, name }: { clientId: string; name: string },
  updatedAtMs: number,
): Promise<void> {
  await trx('clients').where({ clientId }).update({ updatedAtMs })
  await noteClientChange(trx, 'client.changed', { clientId, name })
}

function digestOf(image: Buffer): string {
  return createHash('sha256').update(image).digest('hex')
}

const LONGEST = 2 * 1024 * 1024

/** Logos as `export` and `import` move them. Their apps come before. */
export const MOVED_LOGOS: MovedTable = {
  type: 'client_logo',
  plural: 'logos of clients',
  table: 'client_logos',
  key: 'clientId',
  fields: {
    clientId: { kind: 'text', max: 255 },
    id: { kind: 'text', max: 64 },
    image: { kind: 'text', max: LONGEST },
    createdAtMs: { kind: 'moment' },
  },
  // It is served from our own address, and nothing else may be.
  check({ id, image }) {
    const bytes = Buffer.from(String(image), 'base64')
    if (pictureType(bytes) !== LOGO_TYPE || digestOf(bytes) !== id)
      throw new AppError('picture_invalid', 422, 'The logo is not as exported.')
  },
  arrived: (sql) => noteChange(sql, CLIENTS_TOPIC),
}
