import type { Page } from 'playwright-core'
import type { Stack } from '../stack.ts'
import { expectSignedOut, signInTwice, until } from '../web-journey.ts'

export const stack: Stack = {
  title: 'oidc-client-ts (in a browser)',
  toolchain: 'node',
  packages: ['oidc-client-ts'],
  configuration: [
    "authority: 'https://id.example.org', client_id, redirect_uri, post_logout_redirect_uri",
    "scope: 'openid profile email offline_access'",
  ],
  note: 'A public client: `client create --public`.',
  async play(world) {
    const home = `${world.origin}/`
    const { client_id: CLIENT_ID } = await world.register('/', '--public', '--post-logout-redirect-uri', home)
    await world.start(['node', 'app.mjs'], { ISSUER: world.issuer, CLIENT_ID, PORT: String(world.port) })
    const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
    const shown = (page: Page) => page.textContent('#user')
    const begin = async (page: Page) => {
      await page.goto(home)
      await press(page, 'Sign in')
      await page.waitForURL((url) => url.origin === world.issuer)
    }
    const page = await signInTwice(world, { begin, shown })
    await world.step('refresh', async () => {
      const before = (await shown(page)) ?? ''
      if (!before.includes('refresh_token')) throw new Error('there is no refresh token')
      await press(page, 'Refresh')
      await until(page, shown, (text) => text !== before && text.includes(world.person.email))
    })
    await world.step('sign-out', async () => {
      await press(page, 'Sign out')
      await page.waitForURL((url) => url.href === home || url.origin === world.issuer)
      await expectSignedOut(world, page, begin)
    })
    await world.step('revocation', async () => {
      await until(page, shown, (text) => text.includes(world.person.email))
      await press(page, 'Revoke')
      await until(page, shown, (text) => text.includes('revoked'))
    })
  },
}
