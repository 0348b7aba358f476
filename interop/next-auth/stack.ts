import type { Stack } from '../stack.ts'
import { issuerWithSlash, otherLoopback, playWeb, signOutAtBoth, wrongSecret } from '../web-journey.ts'

export const stack: Stack = {
  title: 'Next.js with NextAuth.js',
  guide: 'nextjs',
  toolchain: 'node',
  build: ['node_modules/.bin/next', 'build'],
  packages: ['next', 'next-auth'],
  play: (on) =>
    playWeb(on, {
      command: () => ['node_modules/.bin/next', 'start'],
      more: ({ origin }) => ({ NEXTAUTH_URL: origin, NEXTAUTH_SECRET: 'a secret of this run' }),
      shown: (page) => page.textContent('pre'),
      async begin(page, appUrl) {
        await page.goto(`${appUrl}/api/auth/signin`)
        await page.getByRole('button', { name: 'Sign in with Accounts' }).click()
        await page.waitForLoadState('load')
      },
      after: signOutAtBoth('/api/auth/signout'),
      mistakes: [{ wrong: ({ APP_URL }) => addressOf(otherLoopback(APP_URL)) }, wrongSecret, issuerWithSlash],
    }),
}

const addressOf = (url: string) => ({ APP_URL: url, NEXTAUTH_URL: url })
