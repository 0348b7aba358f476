/** What the scenarios need in the server: an app, people with passwords, tokens. Taken out again afterwards. */
import { randomBytes } from 'node:crypto'
import { mintTokens, providerOf } from '../bench/fill.ts'
import { deleteAccount } from '../src/accounts/account-state.ts'
import { addAccount } from '../src/accounts/operator/operator-account.ts'
import { createClient, deleteClient } from '../src/clients/clients.ts'
import type { Parts } from '../src/process/start/parts.ts'

export type LoadFixture = {
  clientId: string
  secret: string
  redirectUri: string
  accounts: { email: string; password: string }[]
  tokens: { accessToken: string; refreshToken: string }[]
}

const AT_ONCE = 8
const REDIRECT_URI = 'http://127.0.0.1:9/callback'

/**
 * Written to the database directly, by the same nouns as the command line. `users` are enough when no account signs in so
 * often that its oldest sessions are ended all the time.
 */
export async function createFixture(parts: Parts, users: number) {
  const client = await createClient(
    parts.db,
    {
      client_name: 'Load test',
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    },
    parts,
  )
  const people: Awaited<ReturnType<typeof createPerson>>[] = []
  // A few at a time: the hasher turns away what would wait too long.
  while (people.length < users) {
    const batch = Array.from({ length: Math.min(AT_ONCE, users - people.length) }, () => createPerson(parts))
    people.push(...(await Promise.all(batch)))
  }
  const minted = await mintTokens(await providerOf(parts), client.client_id, people[0]!.id)
  const fixture: LoadFixture = {
    clientId: client.client_id,
    secret: client.client_secret ?? '',
    redirectUri: REDIRECT_URI,
    accounts: people.map(({ email, password }) => ({ email, password })),
    tokens: minted.accessTokens.map((accessToken, index) => ({
      accessToken,
      refreshToken: minted.refreshTokens[index] ?? '',
    })),
  }
  return {
    fixture,
    async remove() {
      for (const { id } of people) await deleteAccount(parts, id, { actor: 'cli' })
      await deleteClient(parts, client.client_id)
    },
  }
}

async function createPerson(parts: Parts) {
  const email = `load-${randomBytes(8).toString('hex')}@example.com`
  const password = randomBytes(12).toString('base64url')
  const { id } = await addAccount(parts, { email, password, verified: true, actor: 'cli' })
  return { id, email, password }
}
