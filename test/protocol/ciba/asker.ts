/** A client that asks people behind the scenes (CIBA), and the page where they answer. */
import type { ClientInput } from '../../../src/clients/client-metadata.ts'
import { digest } from '../../../src/platform/tokens.ts'
import type { Visited, Visitor } from '../../support/visitor.ts'
import { register } from '../../provider/relying-party.ts'
import type { Party } from '../../provider/relying-party.ts'
import type { Answer } from '../../provider/send.ts'
import { PASSWORD, waitInterval } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

export const CIBA_GRANT = 'urn:openid:params:grant-type:ciba'

/** By default a confidential client that polls. */
export function registerAsker(stage: Stage, given: Partial<ClientInput> = {}): Promise<Party> {
  return register(stage, {
    client_name: 'Corner Bank',
    redirect_uris: [],
    grant_types: [CIBA_GRANT, 'refresh_token'],
    backchannel_token_delivery_mode: 'poll',
    ...given,
  })
}

export const idOf = (answer: Answer) => String(answer.json()['auth_req_id'])
export const errorOf = (answer: Answer) => answer.json()['error']

/** Where the store keeps the request that a client polls with `id`. */
export const keyOf = (id: string) => `{${digest(id).slice(0, 16)}}:br:${digest(id)}`

/** Lets the client ask again at once, as if the polling interval had gone by. */
export const rest = (stage: Stage, id: string) => waitInterval(stage, keyOf(id))

export async function signedIn(stage: Stage, email: string): Promise<Visitor> {
  const visitor = stage.visitor()
  await visitor.signIn({ email, password: PASSWORD })
  return visitor
}

export const requestsOf = (visitor: Visitor): Promise<Visited> => visitor.get('/account/requests')

/** Gives the answer that is asked for on the page of requests. */
export const answer = (visitor: Visitor, page: Visited, decision: 'allow' | 'deny') =>
  visitor.followForm(page, { decision }, { action: '/account/requests' })
