import type { Stack } from '../stack.ts'
import { expectPages, otherAddress, playWeb } from '../web-journey.ts'

export const stack: Stack = {
  title: 'Express with Auth.js',
  guide: 'auth-js',
  toolchain: 'node',
  packages: ['@auth/express', '@auth/core'],
  play: (on) =>
    playWeb(on, {
      command: () => ['node', 'app.mjs'],
      more: (_, [client]) => ({
        AUTH_ACCOUNTS_ID: client?.client_id ?? '',
        AUTH_ACCOUNTS_SECRET: client?.client_secret ?? '',
        AUTH_SECRET: '8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92',
      }),
      async begin(page, appUrl) {
        await page.goto(`${appUrl}/auth/signin?callbackUrl=${encodeURIComponent(`${appUrl}/`)}`)
        await page.getByRole('button', { name: 'Sign in with Accounts' }).click()
        await page.waitForLoadState('load')
      },
      async after({ world, page, begin }) {
        await world.step('sign-out', async () => {
          await page.goto(`${world.origin}/auth/signout`)
          await page.getByRole('button', { name: 'Sign out' }).click()
          await page.waitForLoadState('load')
          await page.goto(`${world.issuer}/oauth/logout`)
          await page.getByRole('button', { name: 'Sign out', exact: true }).click()
          await page.getByText('You are signed out').waitFor()
          await expectPages(world, page, begin, ['sign-in'])
        })
      },
      mistakes: [
        otherAddress,
        { wrong: () => ({ AUTH_ACCOUNTS_SECRET: 'of-another-client' }) },
        { wrong: () => ({ AUTH_SECRET: '' }) },
      ],
    }),
}
