import type { Page } from 'playwright-core'
import type { Stack } from '../stack.ts'
import { bodyOf, expectSignedOut, signInTwice, until } from '../web-journey.ts'

export const stack: Stack = {
  title: 'Spring Boot 3 (oauth2-client, resource server)',
  toolchain: 'mvn',
  packages: ['spring-boot-starter-parent'],
  configuration: [
    'spring.security.oauth2.client.provider.accounts.issuer-uri: https://id.example.org; registration.accounts.client-id, client-secret, scope: openid,profile,email',
    'spring.security.oauth2.resourceserver.jwt.issuer-uri: https://id.example.org, audiences: https://api.example.org/',
  ],
  note: 'A resource server needs a `JwtDecoder` with `validateType(false)` and `new JwtTypeValidator("at+jwt")`, as [here](../interop/spring/src/main/java/app/App.java), and `resource create --format jwt`.',
  async play(world) {
    const API = `${world.origin}/api`
    await world.cli('resource', 'create', '--identifier', API, '--scope', 'notes:read', '--format', 'jwt')
    const job = ['--name', 'Nightly job', '--grant-type', 'client_credentials', '--resource', API]
    const machine = await world.cli('client', 'create', ...job, '--scope', 'notes:read')
    const back = ['--post-logout-redirect-uri', world.origin]
    const client = await world.register('/login/oauth2/code/accounts', ...back)
    await world.start(['java', '-jar', 'target/app.jar'], {
      ISSUER: world.issuer,
      API,
      CLIENT_ID: client.client_id,
      CLIENT_SECRET: client.client_secret ?? '',
      MACHINE_ID: String(machine['client_id']),
      MACHINE_SECRET: String(machine['client_secret']),
      PORT: String(world.port),
    })
    const begin = (page: Page) => page.goto(`${world.origin}/oauth2/authorization/accounts`)
    const page = await signInTwice(world, { begin })
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
}
