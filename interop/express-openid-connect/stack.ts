import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stack, World } from '../stack.ts'
import { bodyOf, otherAddress, playWeb, signOutAt, until, wrongSecret } from '../web-journey.ts'

export const stack: Stack = {
  title: 'Express with express-openid-connect',
  guide: 'express-openid-connect',
  toolchain: 'node',
  packages: ['express-openid-connect', 'express'],
  play: (on) =>
    playWeb(on, {
      command: ({ APP = 'app.mjs' }) => ['node', APP],
      more: () => ({ SESSION_SECRET: 'a secret of this run with 32 letters' }),
      begin: (page, appUrl) => page.goto(`${appUrl}/login`),
      async after({ world, page, begin }) {
        await world.step('refresh', async () => {
          await page.goto(`${world.origin}/refresh`)
          await until(page, bodyOf, (text) => text.includes('"refreshed":true'))
          await page.goto(world.origin)
        })
        await signOutAt('/logout')({ world, page, begin })
      },
      mistakes: [{ wrong: (_, world) => ({ APP: withoutResponseType(world) }) }, otherAddress, wrongSecret],
    }),
}

/** The app with the library's own default for the flow. */
function withoutResponseType({ folder }: World): string {
  const text = readFileSync(join(folder, 'app.mjs'), 'utf8')
  writeFileSync(join(folder, 'app-default.mjs'), text.replace("response_type: 'code', ", ''))
  return 'app-default.mjs'
}
