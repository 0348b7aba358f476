import type { Stack } from '../stack.ts'
import { otherAddress, playWeb, signOutAtBoth } from '../web-journey.ts'

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
      after: signOutAtBoth('/auth/signout'),
      mistakes: [
        otherAddress,
        { wrong: () => ({ AUTH_ACCOUNTS_SECRET: 'of-another-client' }) },
        { wrong: () => ({ AUTH_SECRET: '' }) },
      ],
    }),
}
