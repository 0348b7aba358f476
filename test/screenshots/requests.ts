/** An app with requests for the pages that the example app never asks for. */
import { LEVELS } from '../../src/accounts/levels.ts'
import type { RunningServer } from '../support/running-server.ts'
import { pause } from '../support/service-process.ts'
import { startRelyingParty } from '../support/relying-party.ts'

const KNOWN_WITHIN_MS = 10_000

/** Answers addresses to open, by what they show. */
export async function unusualRequests(server: RunningServer) {
  const identifier = 'https://bank.example.com/'
  const type = 'payment'
  await server.createResource({
    identifier,
    name: 'Example Bank',
    authorization_details_types: [
      {
        type,
        title: 'Pay once from your account',
        fields: { amount: { label: 'Amount' }, to: { label: 'To' }, reference: { label: 'For' } },
      },
    ],
  })
  const app = await startRelyingParty(server, {
    client: {
      client_name: 'Sample Shop',
      allowed_resources: [identifier],
      authorization_details_types: [type],
    },
  })
  const deadline = Date.now() + KNOWN_WITHIN_MS
  while (!(await known(server, type)))
    if (Date.now() > deadline) throw new Error(`the server does not know ${type}`)
    else await pause(50)
  const details = [{ type, amount: '12.50 EUR', to: 'Sample Shop', reference: 'Order 1702' }]
  const claims = { userinfo: { email: null, locale: null } }
  const detailed = { scope: 'openid', authorization_details: JSON.stringify(details) }
  return {
    detailed: (await app.begin({ ...detailed, claims: JSON.stringify(claims) })).url,
    /** Asks for a second factor. */
    stronger: (await app.begin({ scope: 'openid', acr_values: LEVELS[1] })).url,
    stop: () => app.stop(),
  }
}

/** A running server hears of a new type within a second or so. */
async function known({ issuer }: RunningServer, type: string): Promise<boolean> {
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`)
  const { authorization_details_types_supported: types } = (await answer.json()) as Record<string, string[]>
  return types?.includes(type) ?? false
}
