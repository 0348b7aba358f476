import type { Stack } from '../stack.ts'
import { bodyOf, signInTwice, until } from '../web-journey.ts'

export const stack: Stack = {
  title: 'Authlib (Flask)',
  toolchain: 'python3',
  packages: ['Authlib', 'Flask'],
  configuration: [
    "server_metadata_url='https://id.example.org/.well-known/openid-configuration'",
    "client_id=…, client_secret=…, client_kwargs={'scope': 'openid email profile'}",
  ],
  async play(world) {
    const { client_id: CLIENT_ID, client_secret: CLIENT_SECRET = '' } = await world.register('/auth')
    const env = { ISSUER: world.issuer, CLIENT_ID, CLIENT_SECRET, PORT: String(world.port) }
    await world.start(['.venv/bin/python', 'app.py'], env)
    const page = await signInTwice(world, { begin: (one) => one.goto(`${world.origin}/login`) })
    await world.step('sign-out at the app', async () => {
      await page.goto(`${world.origin}/logout`)
      await until(page, bodyOf, (text) => text.includes('null'))
    })
  },
}
