/** The setting that would let a refused request pass. The operator reads it in the log, when an own app is refused. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { parameterOf } from './sent.ts'

export const REGISTRATION_CLOSED =
  'registration needs an initial access token here, sent as Authorization: Bearer: ask the operator for one'
export const DOCUMENTS_REFUSED =
  'client_id documents of this host are not taken here: ask the operator to allow them'
export const UNKNOWN_CLIENT = 'the client_id is not registered here'

const DOCUMENTS = 'ACCOUNT_SERVER_CLIENT_ID_DOCUMENTS takes clients that are described at their client_id'

const BY_WORDS: Readonly<Record<string, string>> = {
  [REGISTRATION_CLOSED]:
    'ACCOUNT_SERVER_CLIENT_REGISTRATION=mcp or =open lets anybody register; registration-token create makes a token',
  [DOCUMENTS_REFUSED]: DOCUMENTS,
}

/** `undefined` where no setting would help. */
export function openingOf(ctx: KoaContextWithOIDC, words: string): string | undefined {
  if (words === UNKNOWN_CLIENT)
    return parameterOf(ctx, 'client_id')?.startsWith('https://') ? DOCUMENTS : undefined
  return Object.hasOwn(BY_WORDS, words) ? BY_WORDS[words] : undefined
}
