import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { findAccountById } from '../../src/accounts/account.ts'
import { tagOfJwtId } from '../../src/grant-store/token-ids.ts'
import { register } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { STAGES, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')
const DIE = `--import ${import.meta.resolve('./die-after-commit.ts')}`

for (const { name, stage: open } of STAGES)
  describe(`an ending, with its process killed after the commit, with ${name}`, function () {
    const api = `https://ending-api.example.com/${name.length}`
    let stage: Stage
    let app: Party

    before(async () => {
      stage = await open()
      await stage.createResource({ identifier: api, scope: 'read', format: 'jwt' })
      app = await register(stage, { allowed_resources: [api], first_party: true })
    })

    /** Runs the operator's command in a process of its own; answers the signal that ended it. */
    async function dying(...args: string[]): Promise<string | null> {
      const env = { ...stage.env, NODE_OPTIONS: DIE }
      const child = spawn(process.execPath, [CLI, ...args], { env, stdio: 'ignore' })
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
      return signal
    }

    async function revokedStatuses(accessToken: string): Promise<boolean[]> {
      const grantTag = tagOfJwtId(decodeJwt(accessToken).jti ?? '')
      const rows: { revoked: number | boolean }[] = await stage.parts
        .db('status_entries')
        .where({ grantTag })
        .select('revoked')
      return rows.map(({ revoked }) => Boolean(revoked))
    }

    for (const [what, verb] of [
      ['disabled', 'disable'],
      ['deleted', 'delete'],
    ] as const)
      it(`still ends the JWT access tokens and sessions of an account that was ${what}`, async () => {
        const person = await stage.person()
        const visitor = stage.visitor()
        const asked = { resource: api, scope: 'openid offline_access read', prompt: undefined }
        const { access_token, refresh_token } = await app.tokensFor(person, asked, visitor)
        expect(await revokedStatuses(access_token)).to.eql([false])

        expect(await dying('account', verb, person.email)).to.equal('SIGKILL')
        const left = await findAccountById(stage.parts.db, person.id)
        expect(left === undefined || left.disabledAtMs !== null, 'it was committed').to.equal(true)

        await until(async () => (await revokedStatuses(access_token)).every(Boolean), 'the status is revoked')
        expect((await app.refresh(refresh_token)).json()).to.include({ error: 'invalid_grant' })
        expect((await visitor.get('/account')).heading).to.equal('Sign in')
      })
  })
