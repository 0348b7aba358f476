/** The protocol library's own opinion of a client, for the command line: what it would refuse later is refused now. */
import { errors } from 'oidc-provider'
import type { ClientMetadata as LibraryMetadata } from 'oidc-provider'
import { AppError } from '../errors.ts'
import { createOidcFeatures } from './oidc.ts'
import { scopesForLibrary } from '../oidc/clients/client-adapter.ts'
import type { ClientNeeds } from '../oidc/clients/clients.ts'
import { ensureAllKeys } from '../oidc/keys/key-set.ts'
import type { Parts } from '../process/parts.ts'

/**
 * Builds the same provider as the server's, without pages. A `sector_identifier_uri` is fetched and compared.
 * The check throws AppError 400 `invalid_client_metadata` in the library's words.
 */
export async function createClientCheck(parts: Parts): Promise<NonNullable<ClientNeeds['accepts']>> {
  const { db, clock, sealer } = parts
  await ensureAllKeys(db, { clock, sealer })
  const unheard = { ...parts.feed, on: () => undefined }
  const { oidc } = await createOidcFeatures({
    parts: { ...parts, feed: unheard },
    render: noPage,
    renderError: noPage,
    startAgain: noPage,
    interactionUrl: noPage,
    checksSectors: () => true,
    devicePages: () => ({ enterCode: noPage, confirm: noPage, answered: noPage, startAgain: noPage }),
  })
  const model = oidc.current().Client as unknown as ClientModel
  return async (metadata) => {
    // The secret is issued later; any will do here.
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

function noPage(): never {
  throw new Error('a command has no pages')
}
