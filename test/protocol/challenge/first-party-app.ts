/** An app of the organisation itself that signs people in with a form of its own. */
import type { ClientInput } from '../../../src/clients/client-metadata.ts'
import { challengeOf, register, VERIFIER } from '../../provider/relying-party.ts'
import type { Fields, Tokens } from '../../provider/relying-party.ts'
import type { Answer } from '../../provider/send.ts'
import { anyAddress, PASSWORD } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

export type Challenged = {
  error?: string
  error_description?: string
  authorization_code: string
  auth_session: string
  step?: string
  fields?: string[]
}
export type FirstPartyApp = Awaited<ReturnType<typeof registerApp>>

/** By default a public client, as on a phone; each app is on a network of its own. */
export async function registerApp(stage: Stage, overrides: Partial<ClientInput> = {}) {
  const party = await register(stage, {
    first_party: true,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['com.example.app:/callback'],
    ...overrides,
  })
  const network = { 'x-forwarded-for': anyAddress() }
  const challenge = (fields: Fields, headers: Record<string, string> = {}): Promise<Answer> =>
    party.call('/oauth/authorize-challenge', fields, { ...network, ...party.auth, ...headers })
  const begin = (fields: Fields = {}, headers?: Record<string, string>): Promise<Answer> =>
    challenge(
      {
        scope: 'openid email offline_access',
        code_challenge: challengeOf(VERIFIER),
        code_challenge_method: 'S256',
        ...fields,
      },
      headers,
    )
  const redeem = (code: string, given: Fields = {}, headers?: Record<string, string>): Promise<Answer> =>
    party.call(
      '/oauth/token',
      { grant_type: 'authorization_code', code, code_verifier: VERIFIER, ...given },
      { ...party.auth, ...headers },
    )
  return {
    ...party,
    challenge,
    begin,
    redeem,
    /** Signs in at once and redeems the code. */
    async signIn({ email }: { email: string }, fields: Fields = {}): Promise<Tokens> {
      const answer = await begin({ username: email, password: PASSWORD, ...fields })
      if (answer.status !== 200) throw new Error(`not signed in: ${answer.text}`)
      const redeemed = await redeem((answer.json() as Challenged).authorization_code, {
        resource: fields['resource'],
      })
      if (redeemed.status !== 200) throw new Error(`no tokens: ${redeemed.text}`)
      return redeemed.json() as Tokens
    },
  }
}
