/** The library's checks of a client, for everybody who registers one: a mistake is refused now and not when it is used. */
import { errors } from 'oidc-provider'
import type { ClientMetadata as LibraryMetadata, Provider } from 'oidc-provider'
import type { ClientChecks } from '../../clients/clients.ts'
import { AppError } from '../../platform/errors.ts'
import { scopesForLibrary } from './client-adapter.ts'

/**
 * A `sector_identifier_uri` is fetched and compared.
 * The check throws AppError 400 `invalid_client_metadata` in the library's words.
 */
export function clientCheck(current: () => Provider): NonNullable<ClientChecks['accepts']> {
  return async (metadata) => {
    const model = current().Client as unknown as ClientModel
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
