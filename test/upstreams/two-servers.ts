/** This server, and a second instance of it that people sign in at. */
import { createClient } from '../../src/clients/clients.ts'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import { addUpstream } from '../../src/upstreams/upstream-changes.ts'
import type { UpstreamInput } from '../../src/upstreams/upstream-input.ts'
import { openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visited, Visitor } from '../support/visitor.ts'

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
  client: Partial<ClientInput> = {},
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
      ...client,
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
