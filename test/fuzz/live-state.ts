/** Everything that good requests need: people who are signed in, apps, tokens, codes, pages that are open. */
import type { Account } from '../../src/accounts/account.ts'
import { createInitialAccessToken } from '../../src/protocol/registration/initial-access-tokens.ts'
import { registerApp } from '../protocol/challenge/first-party-app.ts'
import { CIBA_GRANT, registerAsker } from '../protocol/ciba/asker.ts'
import { DEVICE_GRANT } from '../protocol/device/device-code.ts'
import { challengeOf, register, VERIFIER } from '../provider/relying-party.ts'
import type { Party, Tokens } from '../provider/relying-party.ts'
import { anyAddress, cookiesOf, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visited, Visitor } from '../support/visitor.ts'

export type Apps = Awaited<ReturnType<typeof registerApps>>
export type LiveState = Awaited<ReturnType<typeof refreshState>>

const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const HOUR_MS = 3_600_000

/** Registered once for a run. */
export async function registerApps(stage: Stage) {
  const { resource, client } = await stage.createResource({
    identifier: 'https://api.example.com/',
    scope: 'notes:read notes:write',
    format: 'jwt',
  })
  const allowed_resources = [resource.identifier]
  return {
    resource: resource.identifier,
    api: client,
    web: await register(stage, {
      client_name: 'Web',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials', EXCHANGE_GRANT],
      allowed_resources,
      post_logout_redirect_uris: ['https://app.example.com/bye'],
    }),
    spa: await register(stage, { client_name: 'Spa', token_endpoint_auth_method: 'none', allowed_resources }),
    device: await register(stage, {
      client_name: 'Television',
      redirect_uris: [],
      grant_types: [DEVICE_GRANT, 'refresh_token'],
      token_endpoint_auth_method: 'none',
    }),
    asker: await registerAsker(stage),
    own: await registerApp(stage),
    initialToken: await createInitialAccessToken(
      stage.parts.db,
      { name: 'fuzz', policy: {}, maxUses: null, expiresAtMs: stage.parts.clock() + HOUR_MS },
      stage.parts.clock,
    ),
  }
}

/** Made anew now and then, because requests sign people out and use things up. */
export async function refreshState(stage: Stage, apps: Apps) {
  const { web, spa, device, asker, own } = apps
  const network = { 'x-forwarded-for': anyAddress() }
  const person = await stage.person()
  const member = stage.visitor()
  await member.signIn({ email: person.email, password: PASSWORD })
  const stranger = stage.visitor()
  const forms = await stranger.get('/register')
  return {
    person,
    network,
    member: cookiesOf(member),
    memberCsrf: csrfOf(await member.get('/account')),
    stranger: cookiesOf(stranger),
    strangerCsrf: csrfOf(forms),
    signIn: pageOf(stage, await openPage(stage, web)),
    consent: pageOf(stage, await openPage(stage, web, person)),
    web: await tokensOf(web, person),
    spa: await tokensOf(spa, person),
    jwt: await tokensOf(web, person, { resource: apps.resource, scope: 'openid notes:read' }),
    code: await web.codeFor(person),
    machineToken: tokenIn(await web.call('/oauth/token', { grant_type: 'client_credentials' })),
    pushed: text(await pushed(web), 'request_uri'),
    deviceCode: (await device.call('/oauth/device', { scope: 'openid' }, network)).json(),
    asked: text(
      await asker.call('/oauth/backchannel', { scope: 'openid', login_hint: person.email }),
      'auth_req_id',
    ),
    authSession: text(await own.begin(), 'auth_session'),
    registered: await registered(stage, apps),
  }
}

type Page = { visitor: Visitor; page: Visited }

async function openPage(stage: Stage, app: Party, person?: Account): Promise<Page> {
  const visitor = stage.visitor()
  if (person) await visitor.signIn({ email: person.email, password: PASSWORD })
  return { visitor, page: await visitor.get(app.authorizePath()) }
}

/** An interaction as the browser holds it. */
function pageOf(stage: Stage, { visitor, page }: Page) {
  const action = /<form[^>]*action="(\/interaction\/[^"]+)"/.exec(page.text)?.[1] ?? '/interaction/unknown'
  return {
    path: action.replaceAll('&amp;', '&'),
    cookie: cookiesOf(visitor),
    csrf: csrfOf(page),
    origin: stage.issuer,
  }
}

function tokensOf(app: Party, person: Account, given: Record<string, string> = {}): Promise<Tokens> {
  return app.tokensFor(person, given)
}

function pushed(app: Party) {
  const path = new URL(app.authorizePath(), 'http://localhost')
  return app.call('/oauth/par', Object.fromEntries(path.searchParams))
}

async function registered(stage: Stage, { initialToken }: Apps) {
  const answer = await stage.send({
    to: '/oauth/register',
    body: JSON.stringify({ client_name: 'Registered', redirect_uris: ['https://app.example.com/callback'] }),
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${initialToken.token}`,
      'x-forwarded-for': anyAddress(),
    },
  })
  return {
    id: text(answer, 'client_id') || 'unknown',
    token: text(answer, 'registration_access_token') || 'unknown',
  }
}

type Json = { json: () => Record<string, unknown> }

const text = (answer: Json, name: string): string => {
  const value = answer.json()[name]
  return typeof value === 'string' ? value : ''
}
const tokenIn = (answer: Json): string => text(answer, 'access_token')
const csrfOf = ({ text: html }: Visited): string => /name="_csrf" value="([^"]*)"/.exec(html)?.[1] ?? ''

export { CIBA_GRANT, DEVICE_GRANT, EXCHANGE_GRANT, VERIFIER, challengeOf }
