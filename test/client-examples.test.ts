import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import * as oidc from 'openid-client'
import { stepUpOf } from '../examples/relying-party/step-up.ts'
import type { DetailsTypeInput } from '../src/oidc/requests/details-type.ts'
import { allowExchange } from '../src/oidc/token-exchange/exchange-rules.ts'
import { challengeOf, register, signIn, VERIFIER } from './oidc/protocol/relying-party.ts'
import type { Tokens } from './oidc/protocol/relying-party.ts'
import { PASSWORD, sqliteStage, until } from './oidc/protocol/stage.ts'
import type { Stage } from './oidc/protocol/stage.ts'
import { discover } from './support/relying-party.ts'

const CLIENTS = readFileSync(join(import.meta.dirname, '../docs/clients.md'), 'utf8')

/** The code blocks of one language between a heading and the next of its rank. */
function blocks(heading: string, language: string): string[] {
  const [, rank = ''] = /^(#+) /.exec(heading) ?? []
  const from = CLIENTS.indexOf(`\n${heading}\n`)
  expect(from, heading).to.be.above(0)
  const rest = CLIENTS.slice(from + heading.length + 2)
  const end = rest.search(new RegExp(`^#{1,${rank.length}} `, 'm'))
  const section = end < 0 ? rest : rest.slice(0, end)
  const found = [...section.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))]
  return found.map(([, code = '']) => code)
}

type Scope = Record<string, unknown>
const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
  ...given: string[]
) => (...given: unknown[]) => Promise<Scope>

/** Runs a block word for word with these names in reach, and answers what it made of `wanted`. */
function run(code: string, scope: Scope, wanted: string[] = []): Promise<Scope> {
  const all = { oidc, ...scope }
  return new AsyncFunction(...Object.keys(all), `${code}\nreturn { ${wanted.join(', ')} }`)(
    ...Object.values(all),
  )
}

describe('the examples of docs/clients.md, run word for word', function () {
  this.timeout(40_000)
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
  })

  it('end tokens', async () => {
    const app = await register(stage)
    const config = await discover(stage.issuer, app.client)
    const tokens = await app.tokensFor(await stage.person())
    const [code = ''] = blocks('## Tokens', 'js')
    await run(code, { config, tokens })
    for (const token of [tokens.access_token, tokens.refresh_token])
      expect((await app.introspect(token)).text).to.equal('{"active":false}')
  })

  it('exchange a token', async () => {
    const target = 'https://ledger.example.com/'
    const known = await stage.parts.db('resources').where({ identifier: target }).first('identifier')
    if (!known) await stage.createResource({ identifier: target, scope: 'ledger:read' })
    const api = `https://front.docs.example/`
    const { client } = await stage.createResource({ identifier: api, scope: 'ledger:read' })
    const rule = { resource: target, scopes: 'ledger:read', impersonation: true, delegation: true }
    await allowExchange(stage.parts, { clientId: client.client_id, ...rule })
    const app = await register(stage, { allowed_resources: [api] })
    const asked = { resource: api, scope: 'openid ledger:read' }
    const { access_token: tokenOfThePerson } = await app.tokensFor(await stage.person(), asked)
    const config = await discover(stage.issuer, client)
    const [code = ''] = blocks('## Exchanging tokens (RFC 8693)', 'js')
    const { exchanged } = await run(code, { config, tokenOfThePerson }, ['exchanged'])
    expect(exchanged).to.include({ scope: 'ledger:read' })
  })

  it('sign in without a browser, and send to one', async () => {
    const app = await register(stage, {
      first_party: true,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['com.example.app:/callback'],
    })
    const config = await discover(stage.issuer, app.client)
    const [code = ''] = blocks('## Signing in without a browser', 'js')
    const opened: string[] = []
    const shown: unknown[] = []
    const scope = {
      config,
      clientId: app.clientId,
      password: PASSWORD,
      remembered: undefined,
      openBrowser: (address: string) => opened.push(address),
      showForm: (error: string) => shown.push(error),
    }
    const { email } = await stage.person()
    const { tokens, auth_session: remembered } = await run(code, { ...scope, email }, [
      'tokens',
      'auth_session',
    ])
    expect(tokens).to.include.keys('access_token', 'refresh_token', 'id_token')
    await run(code, { ...scope, email, remembered, password: 'wrong' })
    expect(shown).to.eql(['insufficient_authorization'])
    const unconfirmed = await stage.person({ verified: false })
    await run(code, { ...scope, email: unconfirmed.email })
    expect((await stage.visitor().get(opened[0] ?? '')).status).to.equal(200)
  })

  it('ask for something in detail', async () => {
    const identifier = 'https://bank.docs.example/'
    const [json = ''] = blocks('### Authorization details', 'json')
    const type = JSON.parse(json) as DetailsTypeInput
    await stage.createResource({ identifier, scope: 'pay', authorization_details_types: [type] })
    await until(async () => {
      const asked = () => stage.send({ to: '/.well-known/openid-configuration' })
      const metadata = await Promise.all([asked(), asked()])
      return metadata.every(({ text }) => text.includes(`"${type.type}"`))
    }, 'every process knows the type')
    const app = await register(stage, {
      allowed_resources: [identifier],
      authorization_details_types: [type.type],
    })
    const config = await discover(stage.issuer, app.client)
    const parameters = {
      redirect_uri: app.redirectUri,
      scope: 'pay',
      code_challenge: challengeOf(VERIFIER),
      code_challenge_method: 'S256',
    }
    const [code = ''] = blocks('### Authorization details', 'js')
    const [before = '', after = ''] = code.split('// And at the callback')
    const { toPay, payment } = await run(before, { config, parameters }, ['toPay', 'payment'])
    const returned = await signIn(stage.visitor(), String(toPay), await stage.person())
    const checks = { pkceCodeVerifier: VERIFIER }
    const { allowed } = await run(`// ${after}`, { config, returned, checks }, ['allowed'])
    expect(allowed).to.deep.include({ authorization_details: [payment] })
  })

  it('step up', async () => {
    const app = await register(stage)
    const config = await discover(stage.issuer, app.client)
    const { access_token: accessToken } = (await app.tokensFor(await stage.person())) as Tokens
    const challenge = /WWW-Authenticate: ([\s\S]+?)\n```/.exec(
      CLIENTS.slice(CLIENTS.indexOf('## Levels of authentication and step-up')),
    )
    const headers = { 'WWW-Authenticate': String(challenge?.[1]).replaceAll(/\s+/g, ' ') }
    const fetch = () => Promise.resolve(new Response('', { status: 401, headers }))
    const [code = ''] = blocks('## Levels of authentication and step-up', 'js')
    const sent: URL[] = []
    const scope = {
      config,
      accessToken,
      stepUpOf,
      parameters: {},
      fetch,
    }
    await run(code, { ...scope, redirect: (to: URL) => sent.push(to) })
    expect(Object.fromEntries(sent[0]?.searchParams ?? [])).to.include({
      max_age: '300',
      acr_values: 'urn:account-server:acr:password',
    })
  })
})
