/** A program that calls the JSON API, with every request bendable. */
import { widerThan } from '../../src/accounts/roles/admin-scopes.ts'
import { API_SCOPES, apiIdentifier } from '../../src/operations/scopes.ts'
import type { ApiScope } from '../../src/operations/scopes.ts'
import type { Account } from '../../src/accounts/account.ts'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import { register } from '../provider/relying-party.ts'
import type { Answer } from '../provider/send.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visitor } from '../support/visitor.ts'

export type Api = Awaited<ReturnType<typeof createCaller>>

export const ALL_SCOPES = Object.keys(API_SCOPES) as ApiScope[]

type Call = { body?: unknown; token?: string; headers?: Record<string, string> }

/** A client that may ask for these scopes of the API. */
export async function createCaller(
  stage: Stage,
  scopes: readonly ApiScope[],
  input: Partial<ClientInput> = {},
) {
  const resource = apiIdentifier(stage.issuer)
  const scope = scopes.join(' ')
  const party = await register(stage, {
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    allowed_resources: [resource],
    ...input,
  })
  return {
    party,
    /** A token of the client itself. */
    async ownToken(): Promise<string> {
      const answer = await party.call('/oauth/token', { grant_type: 'client_credentials', resource, scope })
      if (answer.status !== 200) throw new Error(`no token: ${answer.text}`)
      return String(answer.json()['access_token'])
    },
    /** A token that a person gave, in a browser of their own or in this one. */
    async tokenOf(account: Account, visitor?: Visitor): Promise<string> {
      const { access_token } = await party.tokensFor(account, { resource, scope }, visitor)
      return access_token
    },
    call: (method: string, path: string, given: Call = {}) => call(stage, method, path, given),
  }
}

/** For each scope of the API, a client's own token with all the others but those that include it. */
export async function tokensLackingOne(stage: Stage): Promise<Map<ApiScope, string>> {
  const tokens = new Map<ApiScope, string>()
  for (const scope of ALL_SCOPES) {
    const enough = [scope, ...widerThan(scope)]
    const others = ALL_SCOPES.filter((one) => !enough.includes(one))
    tokens.set(scope, await (await createCaller(stage, others)).ownToken())
  }
  return tokens
}

export function call(stage: Stage, method: string, path: string, given: Call = {}): Promise<Answer> {
  const { body, token, headers } = given
  return stage.send({
    method,
    to: `/api/v1${path}`,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}
