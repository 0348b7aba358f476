/** Runs the library's checks of a client for the command line, so that a mistake is refused now and not later. */
import { errors } from 'oidc-provider'
import type { ClientMetadata as LibraryMetadata } from 'oidc-provider'
import { AppError } from '../platform/errors.ts'
import { scopesForLibrary } from '../provider/clients/client-adapter.ts'
import type { ClientNeeds } from '../clients/clients.ts'
import { ensureAllKeys } from '../keys/key-set.ts'
import { openPagelessSite } from './pageless-provider.ts'
import type { Parts } from './start/parts.ts'

/**
 * A `sector_identifier_uri` is fetched and compared.
 * The check throws AppError 400 `invalid_client_metadata` in the library's words.
 */
export async function createClientCheck(parts: Parts): Promise<NonNullable<ClientNeeds['accepts']>> {
  const { db, clock, sealer } = parts
  await ensureAllKeys(db, { clock, sealer })
  // A command ends before anything could change, so it needs no change feed.
  const feed = { ...parts.feed, on: () => undefined }
  const { oidc } = await openPagelessSite({ ...parts, feed })
  const model = oidc.current().Client as unknown as ClientModel
  return async (metadata) => {
    // The secret is issued later, so any value will do here.
    const stand = { client_id: 'a client to be', client_secret: 'x'.repeat(32) }
    try {
      await model.validate({ ...metadata, ...scopesForLibrary(metadata.scope), ...stand })
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error
      const message = error.error_description ?? error.message
      throw new AppError('invalid_client_metadata', 400, message, { cause: error })
    }
  }
}

type ClientModel = { validate: (metadata: LibraryMetadata) => Promise<void> }
