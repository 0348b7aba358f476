/** `id_token_hint` of backchannel authentication (CIBA §7.1) from apps that know people by pairwise subjects. */
import { Provider } from 'oidc-provider'
import { replaceMember } from '../../provider/library/members.ts'
import type { PairwiseSubjects } from '../../provider/subjects/pairwise.ts'

type Client = { subjectType?: string }
type Hint = { payload: { sub?: unknown } }
// The library's own, left out of its published types.
type Validate = (jwt: string, client: Client) => Promise<Hint>

/**
 * The library takes a hint's subject for the account's id: here it finds it. A subject of another sector is nobody's.
 * Call once per provider instance.
 */
export function installHints(provider: Provider, subjects: PairwiseSubjects): void {
  replaceMember(provider, 'IdToken.validate', (validate: Validate): Validate => async (jwt, client) => {
    const hint = await validate(jwt, client)
    const { sub } = hint.payload
    const asked = Provider.ctx?.oidc.route === 'backchannel_authentication'
    if (!asked || client.subjectType !== 'pairwise' || typeof sub !== 'string') return hint
    return { ...hint, payload: { ...hint.payload, sub: subjects.accountOf(sub, client) } }
  })
}
