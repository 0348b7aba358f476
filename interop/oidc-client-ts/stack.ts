import type { Page } from 'playwright-core'
import type { Stack } from '../stack.ts'
import { expectSignedOut, issuerWithSlash, otherAddress, playWeb, until } from '../web-journey.ts'
import type { Mistake, SignedIn } from '../web-journey.ts'

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const shown = (page: Page) => page.textContent('#user')
const stateOf = (page: Page) => page.textContent('#state')

export const stack: Stack = {
  title: 'A browser app with oidc-client-ts',
  guide: 'browser',
  toolchain: 'node',
  packages: ['oidc-client-ts'],
  play: (on) =>
    playWeb(on, {
      command: () => ['node', 'app.mjs'],
      shown,
      begin,
      after: refreshAndLeave,
      mistakes: [otherAddress, notPublic(), issuerWithSlash],
    }),
}

async function begin(page: Page, appUrl: string): Promise<void> {
  await page.goto(`${appUrl}/`)
  await press(page, 'Sign in')
  await page.waitForURL((url) => url.origin !== new URL(appUrl).origin, { timeout: 10_000 })
}

async function refreshAndLeave({ world, page, begin: again }: SignedIn): Promise<void> {
  await world.step('refresh', async () => {
    await press(page, 'Refresh')
    await until(page, stateOf, (text) => text === 'refreshed')
  })
  await world.step('sign-out', async () => {
    await press(page, 'Sign out')
    await page.waitForURL((url) => url.href === `${world.origin}/` || url.origin === world.issuer)
    await expectSignedOut(world, page, again)
  })
  await world.step('revocation', async () => {
    await until(page, shown, (text) => text.includes(world.person.email))
    await press(page, 'Revoke')
    await until(page, stateOf, (text) => text === 'revoked')
  })
}

/** A client with a secret, which a page cannot keep. */
function notPublic(): Mistake {
  return {
    async wrong(_, { cli, origin }) {
      const at = ['--redirect-uri', `${origin}/`]
      const { client_id: CLIENT_ID = '' } = await cli('client', 'create', '--name', 'Server', ...at)
      return { CLIENT_ID }
    },
  }
}
