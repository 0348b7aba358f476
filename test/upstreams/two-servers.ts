/** This server, and a second instance of it that people sign in at. */
import { randomUUID } from 'node:crypto'
import { createClient } from '../../src/clients/clients.ts'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import { addUpstream } from '../../src/upstreams/upstream-changes.ts'
import type { UpstreamInput } from '../../src/upstreams/upstream-input.ts'
import { openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import type { Forger } from './forger.ts'

export const BY = { actor: 'cli' }

export type Here = Stage & {
  /** Adds a definition; answers its id. */
  add: (input: Partial<UpstreamInput>) => Promise<string>
}

let made = 0

/** The server with the accounts that are tested. */
export async function openHere(env: Record<string, string> = {}): Promise<Here> {
  const stage = await openStage({ store: 'sqlite', env })
  return {
    ...stage,
    async add(input) {
      const id = `other-${(made += 1)}`
      await addUpstream(stage.parts, { id, client_id: 'x', label: id, ...input }, BY)
      await stage.parts.feed.check()
      return id
    },
  }
}

/** Registers `here` as a client of `there`, and `there` as an upstream of `here`. Answers the id of the upstream. */
export async function introduce(
  here: Here,
  there: Stage,
  input: Partial<UpstreamInput> = {},
  clientOf: (upstreamUri: string) => Partial<ClientInput> = () => ({}),
): Promise<string> {
  const id = `there-${(made += 1)}`
  const registered = await createClient(
    there.parts.db,
    {
      client_name: 'Here',
      redirect_uris: [`${here.issuer}/upstream/${id}/callback`],
      post_logout_redirect_uris: [`${here.issuer}/upstream/${id}/signed-out`],
      backchannel_logout_uri: `${here.issuer}/upstream/${id}/backchannel-logout`,
      scope: 'openid email profile',
      first_party: true,
      ...clientOf(`${here.issuer}/upstream/${id}`),
    },
    there.parts,
  )
  const { client_id, client_secret } = registered
  const label = `There ${made}`
  await addUpstream(
    here.parts,
    { id, label, issuer: there.issuer, client_id, client_secret, ...input } as UpstreamInput,
    BY,
  )
  await here.parts.feed.check()
  return id
}

/** Somebody who is signed in at both, by the other server. */
export async function signedInByThere(here: Here, there: Stage, id: string, path = '/sign-in') {
  const person = await there.person()
  const browser = { here: here.visitor(), there: there.visitor() }
  const address = await press(browser.here, await browser.here.get(path), id)
  const page = await browser.here.get(await signInThere(there, address, person, browser.there))
  return { person, browser, page }
}

/** A session here of a new subject of the forger. */
export async function signedInByForger(here: Here, forger: Forger, input: Partial<UpstreamInput> = {}) {
  const id = await here.add({ issuer: forger.issuer, client_id: 'here', ...input })
  const [subject, sid] = [randomUUID(), randomUUID()]
  const visitor = here.visitor()
  const asked = new URL(await press(visitor, await visitor.get('/sign-in'), id)).searchParams
  forger.bent.claims = {
    iss: forger.issuer,
    aud: 'here',
    sub: subject,
    sid,
    nonce: asked.get('nonce') ?? '',
    email: `${subject}@example.org`,
    email_verified: true,
  }
  const back = new URL(asked.get('redirect_uri') ?? '')
  back.search = new URLSearchParams({ code: 'c', state: asked.get('state') ?? '' }).toString()
  await visitor.get(back)
  return { id, subject, sid, visitor }
}

export async function isSignedIn(visitor: Visitor): Promise<boolean> {
  return (await visitor.get('/account')).heading !== 'Sign in'
}

export async function signOut(visitor: Visitor): Promise<Visited> {
  return visitor.followForm(await visitor.get('/oauth/logout'), { logout: 'yes' })
}

/** Presses the button of an upstream: the address that the browser is sent to. */
export async function press(visitor: Visitor, page: Visited, id: string): Promise<string> {
  const answer = await visitor.followForm(page, {}, { action: `/${id}`, follow: true })
  const location = answer.headers.get('location')
  if (!location)
    throw new Error(`not sent to ${id}: ${answer.status} ${answer.heading} at ${answer.url.href}`)
  return location
}

/** Signs in at the other server, from the address that the first one sent the browser to: where it sends it back. */
export async function signInThere(
  there: Stage,
  address: string,
  { email }: { email: string },
  visitor: Visitor = there.visitor(),
): Promise<URL> {
  const page = await visitor.get(address)
  const answer = page.headers.get('location')
    ? page
    : await visitor.followForm(page, { email, password: PASSWORD }, { action: '/sign-in' })
  const location = answer.headers.get('location')
  if (!location) throw new Error(`not sent back: ${answer.status} ${answer.heading} at ${answer.url.href}`)
  return new URL(location)
}
