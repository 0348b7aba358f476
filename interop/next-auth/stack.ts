import type { Stack } from '../stack.ts'
import { expectPages, issuerWithSlash, otherAddress, playWeb, wrongSecret } from '../web-journey.ts'

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
      async after({ world, page, begin }) {
        await world.step('sign-out', async () => {
          await page.goto(`${world.origin}/api/auth/signout`)
          await page.getByRole('button', { name: 'Sign out' }).click()
          await page.waitForLoadState('load')
          await page.goto(`${world.issuer}/oauth/logout`)
          await page.getByRole('button', { name: 'Sign out', exact: true }).click()
          await page.getByText('You are signed out').waitFor()
          await expectPages(world, page, begin, ['sign-in'])
        })
      },
      mistakes: [
        { ...otherAddress, wrong: (...given) => urlOf(otherAddress.wrong(...given)) },
        wrongSecret,
        issuerWithSlash,
      ],
    }),
}

function urlOf(settings: object): Record<string, string> {
  const { APP_URL = '' } = settings as Record<string, string>
  return { APP_URL, NEXTAUTH_URL: APP_URL }
}
