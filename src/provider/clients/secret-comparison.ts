/** Compares client secrets as this server stores them. The secret from before a rotation may still work. */
import type Provider from 'oidc-provider'
import type { Clock } from '../../platform/clock.ts'
import { secretComparison } from '../../clients/client-secret.ts'
import { addLookupStep } from '../library/client-lookup.ts'
import { replaceMember } from '../library/members.ts'

/** Members of the library that its published types leave out. */
type LibraryClient = {
  previous_client_secret?: unknown
  symmetricKeyStore: { add: (jwk: object) => void }
}

export function installSecretComparison(provider: Provider, clock: Clock): void {
  replaceMember(provider, 'Client#compareClientSecret', () => secretComparison(clock))
  addLookupStep<LibraryClient>(provider, 'previous secret', { prepare: addPreviousKey })
}

/** A client_secret_jwt may use the secret from before the rotation while that is kept. */
function addPreviousKey({ previous_client_secret: secret, symmetricKeyStore }: LibraryClient): void {
  if (typeof secret !== 'string') return
  const k = Buffer.from(secret).toString('base64url')
  symmetricKeyStore.add({ alg: 'HS256', use: 'sig', kty: 'oct', k })
}
