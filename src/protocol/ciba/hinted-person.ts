/** `id_token_hint` of backchannel authentication (CIBA §7.1) from apps that know people by pairwise subjects. */
import { Provider } from 'oidc-provider'
import type { PairwiseSubjects } from '../../provider/subjects/pairwise.ts'

type Client = { subjectType?: string }
type Hint = { payload: { sub?: unknown } }
// The library's own, left out of its published types.
type HintModel = { validate: (jwt: string, client: Client) => Promise<Hint> }

/**
 * The library takes a hint's subject for the account's id: here it finds it. A subject of another sector is nobody's.
 * Call once per provider instance.
 */
export function installHints(provider: Provider, subjects: PairwiseSubjects): void {
  const model = provider.IdToken as unknown as HintModel
  const { validate } = model
  model.validate = async function (jwt, client) {
    const hint = await validate.call(this, jwt, client)
    const { sub } = hint.payload
    const asked = Provider.ctx?.oidc.route === 'backchannel_authentication'
    if (!asked || client.subjectType !== 'pairwise' || typeof sub !== 'string') return hint
    return { ...hint, payload: { ...hint.payload, sub: subjects.accountOf(sub, client) } }
  }
}
