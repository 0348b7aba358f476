import { join } from 'node:path'
import type { Stack } from '../stack.ts'
import { bodyOf, expectSignedOut, otherAddress, playWeb, until, wrongSecret } from '../web-journey.ts'

export const stack: Stack = {
  title: 'Django with mozilla-django-oidc',
  guide: 'django',
  toolchain: 'python3',
  packages: ['mozilla-django-oidc', 'Django'],
  play: (on) =>
    playWeb(on, {
      command: () => ['sh', 'start.sh'],
      more: ({ folder, port }) => ({
        DJANGO_SECRET: 'a secret of this run',
        DATABASE: join(folder, `db-${port}.sqlite3`),
        PYTHONPATH: '.',
        DEBUG: '1',
      }),
      begin: (page, appUrl) => page.goto(`${appUrl}/oidc/authenticate/`),
      async after({ world, page, begin }) {
        await world.step('sign-out', async () => {
          await page.goto(`${world.origin}/goodbye/`)
          await page.getByRole('button', { name: 'Sign out' }).click()
          await until(page, bodyOf, (text) => text.includes('nobody'))
          await expectSignedOut(world, page, begin)
        })
      },
      mistakes: [
        otherAddress,
        wrongSecret,
        {
          async wrong({ CLIENT_ID }, world) {
            const es256 = ['--metadata', join(world.folder, 'es256.json')]
            await world.cli('client', 'update', CLIENT_ID, ...es256)
            return {}
          },
        },
      ],
    }),
}
