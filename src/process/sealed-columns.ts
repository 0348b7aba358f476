/** Everything in SQL that is sealed with a data key. What is sealed and not listed here is lost when the key goes. */
import { SEALED_ANSWERS } from '../operations/idempotency.ts'
import type { Feature } from '../feature.ts'
import { clientSecretContext } from '../clients/client-secret.ts'
import { encryptionKeyContext } from '../keys/encryption-keys.ts'
import { signingKeyContext } from '../keys/signing-keys.ts'
import { sealContext } from '../outbox/outbox.ts'
import { RETURN_PATH_CONTEXT } from '../interaction/return-path.ts'
import type { SealedColumn } from '../platform/sql/reseal.ts'

export function sealedColumns(features: readonly Feature[]): readonly SealedColumn[] {
  return [...OWN, ...features.flatMap(({ sealed = [] }) => sealed)]
}

const OWN: readonly SealedColumn[] = [
  SEALED_ANSWERS,
  {
    what: 'signing keys',
    table: 'signingKeys',
    column: 'privateJwk',
    key: 'kid',
    context: ({ kid = '' }) => signingKeyContext(kid),
  },
  {
    what: 'encryption keys',
    table: 'encryptionKeys',
    column: 'privateJwk',
    key: 'kid',
    context: ({ kid = '' }) => encryptionKeyContext(kid),
  },
  {
    what: 'client secrets',
    table: 'clients',
    column: 'secretSealed',
    key: 'clientId',
    context: ({ clientId = '' }) => clientSecretContext(clientId),
  },
  {
    what: 'previous client secrets',
    table: 'clients',
    column: 'previousSecretSealed',
    key: 'clientId',
    context: ({ clientId = '' }) => clientSecretContext(clientId),
  },
  {
    what: 'mailed links',
    table: 'oneTimeTokens',
    column: 'wayBack',
    key: 'digest',
    context: () => RETURN_PATH_CONTEXT,
  },
  {
    what: 'outbox messages',
    table: 'outboxMessages',
    column: 'payload',
    key: 'id',
    needs: ['topic'],
    context: ({ id = '', topic = '' }) => sealContext(id, topic),
  },
]
