/** `id_token_hint` of backchannel authentication (CIBA §7.1) for apps with pairwise subjects. */
import { Provider } from 'oidc-provider'
import { replaceMember } from '../../provider/library/members.ts'
import type { PairwiseSubjects } from '../../provider/subjects/pairwise.ts'

type Client = { subjectType?: string }
type Hint = { payload: { sub?: unknown } }
// Left out of the library's published types.
type Validate = (jwt: string, client: Client) => Promise<Hint>

/**
 * Resolves the hint's subject. The library uses it as the account's id. A subject of another sector finds no account.
 * Call it once per provider instance.
 */
export function installHints(provider: Provider, subjects: PairwiseSubjects): void {
  replaceMember(provider, 'IdToken.validate', (validate: Validate): Validate => async (jwt, client) => {
    const hint = await validate(jwt, client)
    const { sub } = hint.payload
    const atCiba = Provider.ctx?.oidc.route === 'backchannel_authentication'
    if (!atCiba || client.subjectType !== 'pairwise' || typeof sub !== 'string') return hint
    return { ...hint, payload: { ...hint.payload, sub: subjects.accountOf(sub, client) } }
  })
}
