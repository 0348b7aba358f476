import { expect } from 'chai'
import { callbackOf, register, signIn } from './relying-party.ts'
import type { Fields, Party } from './relying-party.ts'
import { cookiesOf, STAGES } from './stage.ts'
import type { Stage } from './stage.ts'

const AT_ONCE = 50

for (const { name, stage: opened } of STAGES)
  describe(`Many requests of one browser at once, on two processes with ${name}`, () => {
    let stage: Stage
    let app: Party
    let cookie: string

    before(async () => {
      stage = await opened()
      app = await register(stage)
      const visitor = stage.visitor()
      await signIn(visitor, app.authorizePath(), await stage.person())
      cookie = cookiesOf(visitor)
    })

    const ask = (to: string) => stage.send({ to, headers: { cookie, accept: 'text/html' } })

    async function codesOf(paths: string[]): Promise<Set<string | undefined>> {
      const answers = await Promise.all(paths.map(ask))
      expect(answers.map(({ status }) => status)).to.eql(paths.map(() => 303))
      return new Set(answers.map((answer) => callbackOf(answer)['code']))
    }

    it('each get a code of their own, and none an error', async () => {
      const path = app.authorizePath({ prompt: undefined })
      const codes = await codesOf(Array.from({ length: AT_ONCE }, () => path))
      expect(codes.has(undefined)).to.equal(false)
      expect(codes.size).to.equal(AT_ONCE)
    })

    it('each get a code for what was pushed, and use it up', async () => {
      const pushed = await Promise.all(Array.from({ length: AT_ONCE }, push))
      const codes = await codesOf(pushed)
      expect(codes.has(undefined)).to.equal(false)
      expect(codes.size).to.equal(AT_ONCE)
      const again = await ask(pushed[0]!)
      expect(again.headers).not.to.have.property('location')
    })

    async function push(): Promise<string> {
      const { searchParams } = new URL(app.authorizePath({ prompt: undefined }), stage.issuer)
      const answer = await app.call('/oauth/par', Object.fromEntries(searchParams) as Fields)
      const { request_uri } = answer.json()
      return `/oauth/authorize?${new URLSearchParams({ client_id: app.clientId, request_uri: String(request_uri) })}`
    }
  })
