/** What people and apps do all the time: each round is a sign-in and every request that follows, and one registration. */
import { expect } from 'chai'
import { CALLBACK, VERIFIER, challengeOf, signIn as walkThrough } from '../provider/relying-party.ts'
import { basic, send } from '../provider/send.ts'
import type { Answer } from '../provider/send.ts'
import { TEST_PASSWORD } from '../support/running-server.ts'
import { createVisitor } from '../support/visitor.ts'
import type { Visitor } from '../support/visitor.ts'
import type { Release } from './previous-release.ts'
import type { Place } from './place.ts'

const RESOURCE = 'https://api.example.com/'
const SCOPE = 'ledger:read'

type Credentials = { id: string; auth: Record<string, string> }
export type World = { issuer: string; app: Credentials; job: Credentials }
/** A person who stays signed in, in a browser and in an app. */
export type Guest = { visitor: Visitor; refreshToken: string }

type Commands = Pick<Place, 'command' | 'issuer'>

/** Registers an app and a program by the command line of `release`. */
export async function furnish({ command, issuer }: Commands, release: Release): Promise<World> {
  const create = async (...args: string[]): Promise<Credentials> => {
    const { client_id: id, client_secret: secret } = await command(release, ['client', 'create', ...args])
    return { id: String(id), auth: basic(String(id), String(secret)) }
  }
  await command(release, ['resource', 'create', '--identifier', RESOURCE, '--scope', SCOPE])
  const app = await create('--name', 'App', '--redirect-uri', CALLBACK)
  const job = ['--grant-type', 'client_credentials', '--resource', RESOURCE, '--scope', SCOPE]
  return { issuer, app, job: await create('--name', 'Job', ...job) }
}

/** A person with an account that `release` makes, who is not signed in yet. */
export async function invite(place: Commands, release: Release, name: string): Promise<string> {
  const email = `${name}@example.com`
  const args = ['account', 'create', '--email', email, '--verified', '--password-stdin']
  await place.command(release, args, `${TEST_PASSWORD}\n`)
  return email
}

/** Signs in to the app, by whichever processes answer. `number` decides the network. */
export async function signIn(world: World, email: string, number: number): Promise<Guest> {
  const visitor = createVisitor(world.issuer, { 'x-forwarded-for': networkOf(number) })
  const query = new URLSearchParams({
    client_id: world.app.id,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid email profile offline_access',
    prompt: 'consent',
    code_challenge: challengeOf(VERIFIER),
    code_challenge_method: 'S256',
  })
  const back = await walkThrough(visitor, `/oauth/authorize?${query}`, { email }, TEST_PASSWORD)
  const code = back.searchParams.get('code') ?? ''
  const { refresh_token: refreshToken } = await token(world, world.app, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  })
  return { visitor, refreshToken: String(refreshToken) }
}

/** A program gets a token of its own. */
export async function work(world: World): Promise<void> {
  await token(world, world.job, { grant_type: 'client_credentials', resource: RESOURCE, scope: SCOPE })
}

/** The session and the grant of a guest still work, in the browser and in the app. */
export async function stay(world: World, guest: Guest): Promise<void> {
  const page = await guest.visitor.get('/account')
  expect(`${page.status} ${page.url.pathname}`, 'the page of the account').to.equal('200 /account')
  const answer = await token(world, world.app, {
    grant_type: 'refresh_token',
    refresh_token: guest.refreshToken,
  })
  guest.refreshToken = String(answer['refresh_token'])
  const accessToken = String(answer['access_token'])
  const status = await ask(world, '/oauth/introspect', { token: accessToken }, world.app.auth)
  expect(status.json(), 'introspection').to.include({ active: true })
  const headers = { authorization: `Bearer ${accessToken}` }
  const claims = await send(world.issuer, { to: '/oauth/userinfo', headers })
  expect(claims.status, `userinfo: ${claims.text}`).to.equal(200)
}

/** Somebody registers, and gets a mail. */
export async function register(world: World, email: string, number: number): Promise<void> {
  const visitor = createVisitor(world.issuer, { 'x-forwarded-for': networkOf(number) })
  const page = await visitor.followForm(await visitor.get('/register'), {
    email,
    password: TEST_PASSWORD,
    name: 'Ann',
  })
  expect(page.heading, `registration: ${page.status}`).to.equal('Check your email')
}

async function token(world: World, { auth }: Credentials, form: Record<string, string>) {
  const answer = await ask(world, '/oauth/token', form, auth)
  expect(answer.status, `${form['grant_type']}: ${answer.text}`).to.equal(200)
  return answer.json()
}

function ask(
  { issuer }: World,
  to: string,
  form: Record<string, string>,
  headers: Record<string, string>,
): Promise<Answer> {
  return send(issuer, { to, form, headers })
}

/** Another network for each number: strangers from one may register a few times a day. */
function networkOf(number: number): string {
  return `10.${(number >> 8) & 255}.${number & 255}.1`
}
