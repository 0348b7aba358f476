import type { Page } from 'playwright-core'
import type { Stack } from '../stack.ts'
import { bodyOf, signInTwice, until } from '../web-journey.ts'

export const stack: Stack = {
  title: 'Auth.js (Express)',
  toolchain: 'node',
  packages: ['@auth/express', '@auth/core'],
  configuration: [
    "{ id: 'accounts', name: 'Accounts', type: 'oidc', issuer: 'https://id.example.org',",
    '  clientId: process.env.AUTH_ACCOUNTS_ID, clientSecret: process.env.AUTH_ACCOUNTS_SECRET }',
  ],
  note: 'The redirect address is `/auth/callback/accounts`.',
  async play(world) {
    const { client_id, client_secret = '' } = await world.register('/auth/callback/accounts')
    await world.start(['node', 'app.mjs'], {
      ISSUER: world.issuer,
      AUTH_ACCOUNTS_ID: client_id,
      AUTH_ACCOUNTS_SECRET: client_secret,
      AUTH_SECRET: '8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92',
      PORT: String(world.port),
    })
    const begin = async (page: Page) => {
      await page.goto(`${world.origin}/auth/signin?callbackUrl=${encodeURIComponent(`${world.origin}/`)}`)
      await page.getByRole('button', { name: 'Sign in with Accounts' }).click()
      await page.waitForURL((url) => url.origin === world.issuer)
    }
    const page = await signInTwice(world, { begin })
    await world.step('sign-out at the app', async () => {
      await page.goto(`${world.origin}/auth/signout`)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.goto(world.origin)
      await until(page, bodyOf, (text) => text.includes('nobody'))
    })
  },
}
