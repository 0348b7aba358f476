/** A person's app, two resource servers, and a gateway that exchanges tokens between them. */
import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { createResource } from '../../../src/resources/resources.ts'
import { TOKEN_EXCHANGE_GRANT } from '../../../src/clients/client-choices.ts'
import { allowExchange } from '../../../src/protocol/token-exchange/exchange-rules.ts'
import { TOKEN_TYPES } from '../../../src/protocol/token-exchange/presented-token.ts'
import { register } from '../../provider/relying-party.ts'
import type { Fields, Tokens } from '../../provider/relying-party.ts'
import { basic } from '../../provider/send.ts'
import type { Answer } from '../../provider/send.ts'
import type { Stage } from '../../provider/stage.ts'

export type ExchangeStage = Awaited<ReturnType<typeof openExchange>>
export type Exchanged = { access_token: string; issued_token_type: string; scope: string; expires_in: number }

let opened = 0

/** Resource servers with names of their own in each call, so that suites may share a server. */
export async function openExchange(stage: Stage) {
  opened += 1
  const identifier = (name: string) => `https://${name}-${opened}-${Date.now()}.example.com/`
  const resource = (name: string, format: 'opaque' | 'jwt' = 'opaque') =>
    createResource(
      stage.parts.db,
      { identifier: identifier(name), scope: 'read write admin', format },
      stage.parts,
    )
  const [front, back, signed] = [
    await resource('front'),
    await resource('back'),
    await resource('signed', 'jwt'),
  ]
  const { client_id: gatewayId, client_secret: secret = '' } = front.client
  const app = await register(stage, {
    scope: 'openid profile email offline_access read write admin',
    grant_types: ['authorization_code', 'refresh_token', TOKEN_EXCHANGE_GRANT],
    allowed_resources: [front.resource.identifier, signed.resource.identifier],
  })
  const machine = await register(stage, {
    grant_types: ['client_credentials'],
    redirect_uris: [],
    allowed_resources: [front.resource.identifier],
    scope: 'read',
  })
  const allow = (rule: Partial<Parameters<typeof allowExchange>[1]> = {}) =>
    allowExchange(stage.parts, {
      clientId: gatewayId,
      resource: back.resource.identifier,
      scopes: 'read write',
      impersonation: true,
      delegation: true,
      ...rule,
    })
  const headers = basic(gatewayId, secret)
  const exchange = (fields: Fields, as: Record<string, string> = headers): Promise<Answer> =>
    stage.send({
      to: '/oauth/token',
      headers: as,
      form: {
        grant_type: TOKEN_EXCHANGE_GRANT,
        subject_token_type: TOKEN_TYPES.accessToken,
        resource: back.resource.identifier,
        ...fields,
      },
    })
  /** The answer to an exchange that has to succeed. */
  const exchanged = async (fields: Fields, as?: Record<string, string>): Promise<Exchanged> => {
    const answer = await exchange(fields, as)
    expect(answer.status, `${JSON.stringify(fields)}: ${answer.text}`).to.equal(200)
    return answer.json() as Exchanged
  }
  const introspect = async (token: string, server: typeof back = back) => {
    const { client_id: id, client_secret: key = '' } = server.client
    const answer = await stage.send({ to: '/oauth/introspect', form: { token }, headers: basic(id, key) })
    return answer.json()
  }
  return {
    front,
    back,
    signed,
    app,
    machine,
    gatewayId,
    secret,
    headers,
    allow,
    exchange,
    exchanged,
    introspect,
    /** Tokens of a person for one of the resource servers. */
    tokensFor: (person: Account, given: Fields = {}): Promise<Tokens> =>
      app.tokensFor(person, {
        scope: 'openid offline_access read write',
        resource: front.resource.identifier,
        ...given,
      }),
    async ownToken(): Promise<string> {
      const answer = await machine.call('/oauth/token', { grant_type: 'client_credentials', scope: 'read' })
      return (answer.json() as Tokens).access_token
    },
  }
}
