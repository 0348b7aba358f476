import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { embeddedPlace, mistakeOf } from './command-line.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import type { Place } from './command-line.ts'

const EXAMPLE = join(import.meta.dirname, '../../seeds/conformance.example.json')
const CALLBACK = 'https://www.certification.openid.net/test/a/account-server/callback'

type Seeded = {
  changed: boolean
  account: { email: string; password: string }
  plans: { plan: string; variant: Record<string, string>; configuration: Configuration }[]
}
type Section = { client_id: string; client_secret?: string; initial_access_token?: string; scope?: string }
type Configuration = {
  client?: Section
  client2?: Section
  server: { discoveryUrl: string }
  resource: { resourceUrl: string }
  automated_ciba_approval_url?: string
}

describe('cli seed conformance', function () {
  let place: Place
  let seeded: Seeded
  let parts: Parts

  const seed = async (file: string) => (await place.json(['seed', 'conformance', file])) as unknown as Seeded
  const write = (content: unknown): string => {
    const file = join(place.folder, 'file.json')
    mkdirSync(place.folder, { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    return file
  }
  const example = () => JSON.parse(readFileSync(EXAMPLE, 'utf8')) as Record<string, object>

  before(async () => {
    place = embeddedPlace()
    seeded = await seed(EXAMPLE)
    parts = await place.open()
  })
  after(async () => {
    await parts.close()
    await place.remove()
  })

  it('makes the clients and the account of every plan, from the example file', async () => {
    expect(seeded.changed).to.equal(true)
    expect(new Set(seeded.plans.map(({ plan }) => plan))).to.have.property('size', 11)
    const fapi = seeded.plans.filter(({ plan }) => plan.startsWith('fapi2-'))
    const kinds = fapi.map(({ plan, variant }) =>
      [plan, variant['client_auth_type'], variant['sender_constrain']].join(),
    )
    expect(new Set(kinds)).to.have.property('size', 8)
    const { clients } = await place.json(['client', 'list'])
    const known = clients.map(({ client_id }) => client_id)
    for (const { configuration } of seeded.plans)
      for (const section of [configuration.client, configuration.client2])
        if (section?.client_id) expect(known, section.client_id).to.include(section.client_id)
    expect((await place.json(['account', 'show', seeded.account.email])).email).to.equal(seeded.account.email)
  })

  it('registers what the plan and its variant demand', async () => {
    const show = (id: string) => place.json(['client', 'show', id])
    expect(await show('conformance-basic')).to.deep.include({
      redirect_uris: [CALLBACK, `${CALLBACK}?dummy1=lorem&dummy2=ipsum`],
      id_token_signed_response_alg: 'RS256',
      token_endpoint_auth_method: 'client_secret_basic',
    })
    expect(await show('conformance-fapi2-message-signing-mtls-dpop-2')).to.deep.include({
      profile: 'fapi2-message-signing',
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      dpop_bound_access_tokens: true,
      require_signed_request_object: true,
    })
    expect(await show('conformance-fapi2-security-jarm-mtls-dpop')).to.deep.include({
      profile: 'fapi2-security',
      response_modes: ['jwt'],
    })
    expect(await show('conformance-fapi2-security-jar-private-key-jwt-mtls-2')).to.deep.include({
      require_signed_request_object: true,
      allowed_resources: [],
    })
    const certified = await show('conformance-fapi2-security-mtls-mtls')
    expect(certified.jwks.keys[0]).to.have.property('x5c')
    expect(await show('conformance-ciba-private-key-jwt-ping')).to.deep.include({
      backchannel_token_delivery_mode: 'ping',
      backchannel_authentication_request_signing_alg: 'ES256',
    })
  })

  it('changes nothing in a second run, and shows the same secrets; the initial access token is a fresh one', async () => {
    const again = await seed(EXAMPLE)
    const initialToken = ({ plans }: Seeded) =>
      plans.find(({ plan }) => plan.includes('dynamic'))?.configuration.client?.initial_access_token
    expect(again.changed).to.equal(false)
    expect(initialToken(again)).to.be.a('string').and.not.to.equal(initialToken(seeded))
    const without = (one: Seeded) =>
      one.plans.filter(({ configuration }) => !configuration.client?.initial_access_token)
    expect(without(again)).to.eql(without(seeded)).and.to.have.length(30)
    expect(again.account).to.eql(seeded.account)
  })

  it('names neither a certificate with a comma nor a variant that released suites refuse', () => {
    for (const { variant, configuration } of seeded.plans) {
      expect(variant, JSON.stringify(variant)).not.to.have.property('grant_management')
      for (const section of [configuration.client, configuration.client2])
        expect(JSON.stringify(section ?? {}), JSON.stringify(variant)).not.to.match(
          /"client_name":"[^"]*[,+=]/,
        )
    }
  })

  it('seeds front-channel logout, and lets the client of third-party-initiated login register itself', async () => {
    const shown = await place.json(['client', 'show', 'conformance-frontchannel-rp-initiated-logout'])
    expect(shown).to.include({
      frontchannel_logout_uri: CALLBACK.replace('callback', 'frontchannel_logout'),
      frontchannel_logout_session_required: true,
    })
    const [login] = seeded.plans.filter(({ plan }) => plan.includes('3rdparty'))
    expect(login?.configuration.client?.initial_access_token).to.be.a('string')
  })

  it('writes a file completely, or leaves the old one', async () => {
    const file = join(place.folder, 'clients.json')
    await place.json(['seed', 'conformance', EXAMPLE, '--output', file])
    const written = JSON.parse(readFileSync(file, 'utf8')) as Seeded
    expect(written.plans).to.have.length(seeded.plans.length)
    expect(statSync(file).mode & 0o777).to.equal(0o600)
    await mistakeOf(parts, ['seed', 'conformance', write('{'), '--output', file])
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.eql(written)
  })

  it('has the plans of FAPI 2.0 without OpenID Connect where a resource server is named', async () => {
    const resource_url = 'https://localhost:8702'
    const { plans } = await seed(write({ ...example(), plans: ['fapi2-security'], resource_url }))
    expect(plans).to.have.length(8)
    for (const { variant, configuration } of plans) {
      const { server, resource, client } = configuration
      const plain = variant['openid'] === 'plain_oauth'
      const metadata = plain ? 'oauth-authorization-server' : 'openid-configuration'
      expect(server.discoveryUrl, JSON.stringify(variant)).to.match(new RegExp(`/.well-known/${metadata}$`))
      expect(resource.resourceUrl, JSON.stringify(variant)).to.match(
        plain ? /^https:\/\/localhost:8702\/$/ : /\/oauth\/userinfo$/,
      )
      expect(client?.scope?.split(' ').includes('openid'), JSON.stringify(variant)).to.equal(!plain)
    }
    const taken = await place.json(['client', 'show', 'conformance-fapi2-security-mtls-mtls'])
    expect(taken.allowed_resources).to.eql([`${resource_url}/`])
    expect((await place.json(['resource', 'show', `${resource_url}/`])).scope).to.equal('conformance:read')
  })

  it('gives the plans of CIBA the person, the level and the address of the answers', async () => {
    const approval_url = 'http://127.0.0.1:8790'
    const { plans, account } = await seed(write({ ...example(), plans: ['fapi-ciba'], approval_url }))
    expect(plans).to.have.length(8)
    for (const { variant, configuration } of plans) {
      const asked = { hint_type: 'login_hint', hint_value: account.email }
      expect(configuration.client, JSON.stringify(variant)).to.include(asked)
      expect(configuration.client2, JSON.stringify(variant)).to.include({
        ...asked,
        acr_value: 'urn:account-server:acr:password',
      })
      const registers = variant['client_registration'] === 'dynamic_client'
      expect(Object.keys(configuration.client ?? {}), JSON.stringify(variant)).to.include(
        registers ? 'initial_access_token' : 'client_id',
      )
      expect(configuration.automated_ciba_approval_url, JSON.stringify(variant))
        .to.be.a('string')
        .that.matches(/^http:\/\/127\.0\.0\.1:8790\/[\w-]{43}\/\{action\}\/\{auth_req_id\}$/)
    }
  })

  it('puts a client back that was changed or moved to another suite', async () => {
    const moved = await seed(
      write({ alias: 'elsewhere', suite: 'https://suite.example.com:8443', plans: ['basic'] }),
    )
    expect(moved.changed).to.equal(true)
    const shown = await place.json(['client', 'show', 'conformance-basic'])
    expect(shown.redirect_uris).to.include('https://suite.example.com:8443/test/a/elsewhere/callback')
    await place.json(['client', 'rotate-secret', 'conformance-basic'])
    expect((await seed(EXAMPLE)).changed).to.equal(true)
    expect((await seed(EXAMPLE)).changed).to.equal(false)
  })

  it('has the plans of OpenID Connect with its own clients, and with such as register themselves', () => {
    const oidc = seeded.plans.filter(({ plan }) => plan.startsWith('oidcc-'))
    const waysOf = (word: string) =>
      oidc
        .filter(({ plan }) => plan.includes(word))
        .map(({ variant, configuration: { client, client2 } }) => [
          variant['client_registration'],
          client?.client_id !== undefined,
          client?.initial_access_token !== undefined && client2?.initial_access_token !== undefined,
        ])
    for (const word of ['basic', 'formpost', 'cc-rp-initiated', 'backchannel', 'frontchannel'])
      expect(waysOf(word), word).to.deep.include.members([
        ['static_client', true, false],
        ['dynamic_client', false, true],
      ])
  })

  it('exempts only the clients of older plans from newer rules', async () => {
    const { clients } = await place.json(['client', 'list', '--limit', '1000'])
    const exempt = (field: string) =>
      clients.filter((client) => client[field] !== undefined).map(({ client_id: id }) => String(id))
    expect(exempt('require_pkce').map((id) => id.split('-')[1])).to.have.members([
      'basic',
      'basic',
      'post',
      'rp',
      'backchannel',
      'frontchannel',
    ])
    expect(exempt('assertion_audience')).to.have.length(8)
    for (const id of exempt('assertion_audience')) expect(id).to.match(/^conformance-ciba-/)
    const listed = await place.json(['registration-token', 'list'])
    const made = listed['registration_tokens'] as { name: string; policy: object }[]
    const byName = Object.fromEntries(made.map(({ name, policy }) => [name, policy]))
    const audience = { assertion_audience: 'token_endpoint' }
    expect(byName['conformance dynamic']).to.include({ require_pkce: false, ...audience })
    expect(byName['conformance fapi-ciba']).to.include(audience).and.not.have.property('require_pkce')
  })

  const WRONG: [string, () => unknown, RegExp][] = [
    ['no JSON', () => '{', /is not JSON/],
    [
      'a plan that there is not',
      () => ({ ...example(), plans: ['hybrid'] }),
      /plans\.0: takes basic, config/,
    ],
    ['no alias', () => ({ plans: ['basic'] }), /alias:/],
    ['an unknown field', () => ({ ...example(), redirects: [] }), /redirects/],
    ['a suite without https', () => ({ ...example(), suite: 'http://x' }), /suite: takes an https address/],
    [
      'no keys where a plan needs some',
      () => ({ alias: 'a', plans: ['fapi-ciba'] }),
      /client2\.certificate: is/,
    ],
    [
      'a private key',
      () => ({
        ...example(),
        client: { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'sssh' }] } },
      }),
      /client\.jwks\.keys\.0: holds the private half/,
    ],
    [
      'a certificate that is none',
      () => ({ ...example(), client: { certificate: 'none.pem' } }),
      /certificate: takes/,
    ],
  ]
  for (const [what, content, told] of WRONG)
    it(`refuses a file with ${what}, by name and without its content`, async () => {
      const refusal = await mistakeOf(parts, ['seed', 'conformance', write(content())])
      expect(refusal.error).to.equal('conformance_file_invalid')
      expect(refusal.error_description).to.match(told).and.not.to.contain('sssh')
    })

  it('says what it takes', async () => {
    expect((await mistakeOf(parts, ['seed', 'conformance'])).error).to.equal('usage')
    expect((await mistakeOf(parts, ['seed', 'nonsense'])).error).to.equal('usage')
  })
})
