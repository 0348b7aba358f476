import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { createGroup, findGroupByEither } from '../../src/groups/groups.ts'
import { addMember } from '../../src/groups/members.ts'
import { blocksOf, commandsOf, guidePath, readGuide } from '../../interop/guide.ts'
import { answerOf } from '../cli/command-line.ts'
import { challengeOf, signIn, userinfo, VERIFIER } from '../provider/relying-party.ts'
import { basic } from '../provider/send.ts'
import type { Answer } from '../provider/send.ts'
import { sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'

type Claims = Record<string, unknown>
type Client = { client_id: string; client_secret?: string; redirect_uris: string[] }
type Fields = Record<string, string>
type Tokens = { id_token: string; access_token: string; refresh_token?: string }

const PKCE = { code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256' }
const CLI = { actor: 'cli' }
const ISSUER = 'https://id.example.org'
const textOf = (guide: string) => readFileSync(guidePath(guide), 'utf8')

/** The guides of apps that no run installs: what each app sends with these settings, and what it reads of the answer. */
describe('the guides of apps that were read', () => {
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
  })

  describe('Grafana', () => {
    const settings = iniOf(blocksOf(textOf('grafana'), 'ini').join(''))

    it('finds the endpoints, signs in with PKCE and no nonce, and reads ID token and userinfo', async () => {
      const client = await registered('grafana')
      await expectEndpoints({
        authorization_endpoint: settings['auth_url'],
        token_endpoint: settings['token_url'],
        userinfo_endpoint: settings['api_url'],
      })
      expect(client.redirect_uris).to.eql([`${settings['root_url']}login/generic_oauth`])
      const { tokens, claims, email } = await signedIn(
        client,
        { scope: settings['scopes'] ?? '', ...PKCE },
        'post',
      )
      const paths = ['login_attribute_path', 'name_attribute_path', 'email_attribute_path']
      const info = (await userinfo(stage, tokens.access_token)).json() as Claims
      for (const name of paths.map((path) => settings[path] ?? ''))
        if (name !== 'name') expect([claims[name], info[name]], name).to.eql([email, email])
      expectPromised('grafana', info)
      expect(tokens.refresh_token).to.be.a('string')
      const fresh = await token(client, {
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token ?? '',
      })
      expect(fresh.status, fresh.text).to.equal(200)
    })

    it('gives Grafana the groups of the person, or an empty list', async () => {
      const client = await registered('grafana')
      const request = { scope: settings['scopes'] ?? '', ...PKCE }
      const read = async (person: Account) => {
        const { tokens, claims } = await signedIn(client, request, 'post', person)
        const info = (await userinfo(stage, tokens.access_token)).json() as Claims
        return [claims, info].map((one) => one[settings['groups_attribute_path'] ?? ''])
      }
      const [, wanted] =
        /contains\(groups\[\*\], '([\w-]+)'\)/.exec(settings['role_attribute_path'] ?? '') ?? []
      expect(await read(await memberOf(wanted!))).to.eql([[wanted], [wanted]])
      expect(await read(await stage.person()), 'in none').to.eql([[], []])
    })

    it('tells Grafana the mistakes that the guide names', async () => {
      const client = await registered('grafana')
      const [address, pkce, secret] = readGuide('grafana').messages
      expect(settings['use_pkce']).to.equal('true')
      expect(
        await shownFor(client, { redirect_uri: 'http://localhost:3000/login/generic_oauth' }),
      ).to.contain(address)
      expect(await refusal(client, { scope: 'openid email' })).to.contain(pkce)
      expect(await withWrongSecret(client, 'post')).to.contain(secret)
    })

    it('signs out at the address of signout_redirect_url', async () => {
      const client = await registered('grafana')
      const address = (settings['signout_redirect_url'] ?? '')
        .replace(ISSUER, '')
        .replace('CLIENT_ID', client.client_id)
      const page = await stage.visitor().get(address)
      expect(page.headers.get('location')).to.equal('https://grafana.example.org/login')
    })
  })

  describe('GitLab', () => {
    const ruby = blocksOf(textOf('gitlab'), 'ruby').join('')
    const setting = (name: string) => new RegExp(`${name}: "([^"]*)"`).exec(ruby)?.[1] ?? ''

    it('signs in with PKCE and nonce, sends its secret in the form, and reads userinfo', async () => {
      const client = await registered('gitlab')
      expect(setting('issuer')).to.equal(ISSUER)
      expect(client.redirect_uris).to.eql([setting('redirect_uri')])
      const scope = (/scope: \[([^\]]+)\]/.exec(ruby)?.[1] ?? '')
        .replaceAll(/[",]+/g, ' ')
        .replaceAll(/ +/g, ' ')
        .trim()
      const request = { scope, nonce: 'n-0S6_WzA2Mj', ...PKCE }
      expect(setting('client_auth_method')).to.equal('query')
      for (const method of ['post', 'basic'] as const) {
        const { tokens, claims, sub } = await signedIn(client, request, method)
        expect(claims, method).to.include({ nonce: request.nonce, [setting('uid_field')]: sub })
        expectPromised('gitlab', (await userinfo(stage, tokens.access_token)).json() as Claims)
      }
    })

    it('tells GitLab the mistakes that the guide names', async () => {
      const client = await registered('gitlab')
      const [address, secret] = readGuide('gitlab').messages
      const other = 'https://gitlab.example.org/users/auth/accounts/callback'
      expect(await shownFor(client, { redirect_uri: other })).to.contain(address)
      expect(await withWrongSecret(client, 'post')).to.contain(secret)
    })
  })

  describe('Nextcloud', () => {
    const occ = blocksOf(textOf('nextcloud'), 'sh').join('')
    const option = (name: string) => new RegExp(`--${name}="([^"]*)"`).exec(occ)?.[1] ?? ''
    const asked = { email: null, name: null, quota: null, groups: null }
    const claimsParameter = JSON.stringify({ id_token: asked, userinfo: asked })
    const request = { scope: option('scope'), nonce: 'ABCDEF0123456789', claims: claimsParameter }

    it('signs in with nonce, with and without PKCE, asks for claims that are not here, and reads the ID token', async () => {
      const client = await registered('nextcloud')
      expect(option('discoveryuri')).to.equal(`${ISSUER}/.well-known/openid-configuration`)
      for (const [more, method] of [
        [{}, 'post'],
        [PKCE, 'basic'],
      ] as const) {
        const { claims, sub, email } = await signedIn(client, { ...request, ...more }, method)
        expect(claims, method).to.include({ nonce: request.nonce })
        expect(claims[option('mapping-uid')], method).to.equal(sub)
        expect(claims[option('mapping-email')], method).to.equal(email)
        expect(claims, method).not.to.have.property('quota')
        expectPromised('nextcloud', claims)
      }
    })

    it('tells Nextcloud the mistakes that the guide names', async () => {
      const client = await registered('nextcloud')
      const [address, secret] = readGuide('nextcloud').messages
      const other = 'https://cloud.example.org/index.php/apps/user_oidc/code'
      expect(await shownFor(client, { redirect_uri: other })).to.contain(address)
      expect(await withWrongSecret(client, 'basic')).to.contain(secret)
    })
  })

  describe('the Kubernetes API server', () => {
    const flags = blocksOf(textOf('kubernetes'), 'sh').join('')
    const flag = (name: string) => new RegExp(`^--${name}=(\\S+)`, 'm').exec(flags)?.[1] ?? ''
    const scope = ['openid', ...[...flags.matchAll(/--oidc-extra-scope=(\w+)/g)].map(([, one]) => one)].join(
      ' ',
    )

    it('takes the ID token that kubelogin gets with PKCE and without a secret, and the next after a refresh', async () => {
      const client = await registered('kubernetes')
      expect(client).not.to.have.property('client_secret')
      expect(flag('oidc-issuer-url')).to.equal(ISSUER)
      const request = { scope, nonce: 'for-kubelogin', ...PKCE }
      const person = await memberOf('operators')
      const { tokens, claims, email } = await signedIn(client, request, 'none', person)
      expect(claims[flag('oidc-groups-claim')]).to.eql(['operators'])
      expectIdToken(tokens.id_token, { aud: client.client_id, [flag('oidc-username-claim')]: email })
      expectPromised('kubernetes', claims)
      const fresh = await token(
        client,
        { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' },
        'none',
      )
      expectIdToken((fresh.json() as Tokens).id_token, { aud: client.client_id, email, email_verified: true })
    })

    it('refuses what the guide names: another port, an address that is not verified, another algorithm', async () => {
      const client = await registered('kubernetes')
      const [address, unverified] = readGuide('kubernetes').messages
      expect(await shownFor(client, { redirect_uri: 'https://localhost:8000' })).to.contain(address)
      const person = await stage.person({ verified: false })
      const request = { scope, nonce: 'for-kubelogin', ...PKCE }
      const outcome = await signedIn(client, request, 'none', person).catch((error: Error) => error)
      if (!(outcome instanceof Error)) expect(outcome.claims['email_verified'], unverified).to.equal(false)
    })

    function expectIdToken(idToken: string, claims: Claims): void {
      const [header = '', payload = ''] = idToken.split('.')
      expect(decoded(header)['alg']).to.equal(flag('oidc-signing-algs'))
      expect(decoded(payload)).to.include({ iss: stage.issuer, ...claims })
    }
  })

  /** Runs the command of the guide at this server, and answers the client. */
  async function registered(guide: string): Promise<Client> {
    const [words = []] = commandsOf(textOf(guide))
    return (await answerOf(stage.parts, words)).data as Client
  }

  async function expectEndpoints(named: Record<string, string | undefined>): Promise<void> {
    const metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json() as Fields
    for (const [name, address] of Object.entries(named))
      expect(address, name).to.equal(metadata[name]?.replace(stage.issuer, ISSUER))
  }

  type Method = 'basic' | 'post' | 'none'

  /** Somebody in a group of this name, which is made once. */
  async function memberOf(name: string): Promise<Account> {
    const { parts } = stage
    const group = (await findGroupByEither(parts.db, name)) ?? (await createGroup(parts, { name }, CLI))
    const person = await stage.person()
    await addMember(parts, { groupId: group.id, accountId: person.id }, CLI)
    return person
  }

  async function signedIn(client: Client, request: Fields, method: Method, person?: Account) {
    const account = person ?? (await stage.person())
    const back = await signIn(stage.visitor(), addressOf(client, request), account)
    const code = back.searchParams.get('code')
    if (!code) throw new Error(`no code in ${back.href}`)
    const form = { grant_type: 'authorization_code', code, redirect_uri: client.redirect_uris[0] ?? '' }
    const verifier: Fields = request['code_challenge'] ? { code_verifier: VERIFIER } : {}
    const answer = await token(client, { ...form, ...verifier }, method)
    expect(answer.status, answer.text).to.equal(200)
    const tokens = answer.json() as Tokens
    const claims = decoded(tokens.id_token.split('.')[1] ?? '')
    expect(claims['sub']).to.equal(account.id)
    return { tokens, claims, email: account.email, sub: account.id }
  }

  /** The token endpoint, with the client's credentials in the header, in the form, or its name alone. */
  function token(client: Client, form: Fields, method: Method = 'post'): Promise<Answer> {
    const { client_id, client_secret = '' } = client
    const identity = { basic: {}, post: { client_id, client_secret }, none: { client_id } }[method]
    const headers = method === 'basic' ? basic(client_id, client_secret) : {}
    return stage.send({ to: '/oauth/token', form: { ...form, ...identity }, headers })
  }

  async function withWrongSecret(client: Client, method: Method): Promise<string> {
    const form = { grant_type: 'authorization_code', code: 'x', redirect_uri: client.redirect_uris[0] ?? '' }
    return (await token({ ...client, client_secret: 'of-another-client' }, form, method)).text
  }

  async function shownFor(client: Client, request: Fields): Promise<string> {
    return (
      await stage.visitor().get(addressOf(client, { scope: 'openid', nonce: 'n', ...PKCE, ...request }))
    ).text
  }

  /** What the app is sent back with. */
  async function refusal(client: Client, request: Fields): Promise<string | null> {
    const page = await stage.visitor().get(addressOf(client, request))
    return new URL(page.headers.get('location') ?? '').searchParams.get('error_description')
  }
})

function addressOf(client: Client, request: Fields): string {
  const redirect_uri = client.redirect_uris[0] ?? ''
  const all = {
    client_id: client.client_id,
    response_type: 'code',
    state: 'a-state',
    redirect_uri,
    ...request,
  }
  return `/oauth/authorize?${new URLSearchParams(all)}`
}

/** Each claim that the guide names arrives; a name is there only for people who gave one. */
function expectPromised(guide: string, claims: Claims): void {
  const { claims: promised } = readGuide(guide)
  expect(promised).to.have.length.above(3)
  expect(claims).to.include.keys(promised.filter((name) => name !== 'name'))
}

function decoded(part: string): Claims {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims
}

function iniOf(text: string): Fields {
  return Object.fromEntries(
    [...text.matchAll(/^(\w+) = (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
}
