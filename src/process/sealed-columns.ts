/** Every SQL column that is sealed with a data key. A column that is missing here becomes unreadable when its key goes. */
import type { Feature } from '../feature.ts'
import { SEALED_ANCHORS, SEALED_HEADS } from '../audit/chain/anchors.ts'
import { SEALED_SECRETS } from '../clients/client-secret.ts'
import { SEALED_TOTPS } from '../factors/totp.ts'
import { SEALED_RETURN_PATHS } from '../interaction/return-path.ts'
import { SEALED_ENCRYPTION_KEYS } from '../keys/encryption-keys.ts'
import { SEALED_SIGNING_KEYS } from '../keys/signing-keys.ts'
import { SEALED_ANSWERS } from '../operations/kept-answers/idempotency.ts'
import { SEALED_MESSAGES } from '../outbox/outbox.ts'
import type { SealedColumn } from '../platform/sql/reseal.ts'

export function sealedColumns(features: readonly Feature[]): readonly SealedColumn[] {
  return [
    SEALED_SIGNING_KEYS,
    SEALED_ENCRYPTION_KEYS,
    ...SEALED_SECRETS,
    SEALED_RETURN_PATHS,
    SEALED_MESSAGES,
    SEALED_ANSWERS,
    SEALED_TOTPS,
    SEALED_HEADS,
    SEALED_ANCHORS,
    ...features.flatMap(({ sealed = [] }) => sealed),
  ]
}
