import type { Stack } from '../stack.ts'
import { bodyOf, expectSignedOut, signInTwice, until } from '../web-journey.ts'

export const stack: Stack = {
  title: 'express-openid-connect',
  toolchain: 'node',
  packages: ['express-openid-connect', 'express'],
  configuration: [
    "issuerBaseURL: 'https://id.example.org', baseURL, clientID, clientSecret, secret, idpLogout: true",
    "authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access' }",
  ],
  note: 'Its default, `response_type: id_token`, is the implicit flow, which is not offered.',
  async play(world) {
    const back = ['--post-logout-redirect-uri', world.origin]
    const { client_id: CLIENT_ID, client_secret: CLIENT_SECRET = '' } = await world.register(
      '/callback',
      ...back,
    )
    const env = { ISSUER: world.issuer, CLIENT_ID, CLIENT_SECRET, PORT: String(world.port) }
    await world.start(['node', 'app.mjs'], env)
    const begin = (page: { goto: (address: string) => Promise<unknown> }) =>
      page.goto(`${world.origin}/login`)
    const page = await signInTwice(world, { begin })
    await world.step('refresh', async () => {
      await page.goto(`${world.origin}/refresh`)
      await until(page, bodyOf, (text) => text.includes('"refreshed":true'))
      await page.goto(world.origin)
    })
    await world.step('sign-out', async () => {
      await page.goto(`${world.origin}/logout`)
      await expectSignedOut(world, page, begin)
    })
  },
}
