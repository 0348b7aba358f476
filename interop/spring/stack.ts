import type { Stack } from '../stack.ts'
import {
  bodyOf,
  expectSignedOut,
  issuerWithSlash,
  otherAddress,
  playWeb,
  until,
  wrongSecret,
} from '../web-journey.ts'

export const stack: Stack = {
  title: 'Spring Boot 3',
  guide: 'spring-boot',
  toolchain: 'mvn',
  packages: ['spring-boot-starter-parent'],
  play: (on) =>
    playWeb(on, {
      command: () => ['java', '-jar', 'target/app.jar'],
      more: ({ api }, [, machine]) => ({
        API: api,
        MACHINE_ID: machine?.client_id ?? '',
        MACHINE_SECRET: machine?.client_secret ?? '',
      }),
      begin: (page, appUrl) => page.goto(`${appUrl}/oauth2/authorization/accounts`),
      async after({ world, page, begin }) {
        await world.step('API call', async () => {
          await page.goto(`${world.origin}/call`)
          await until(page, bodyOf, (text) => text.includes('notes for '))
        })
        await world.step('sign-out', async () => {
          await page.goto(`${world.origin}/logout`)
          await page.getByRole('button', { name: 'Log Out' }).click()
          await expectSignedOut(world, page, begin)
        })
      },
      mistakes: [otherAddress, wrongSecret, issuerWithSlash],
    }),
}
