import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'chai'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { JWTVerifyGetKey } from 'jose'
import { SIGNING_ALGS } from '../../src/platform/algorithms.ts'
import { rotateEncryptionKeys } from '../../src/keys/encryption-keys.ts'
import { listSigningKeys, rotateSigningKeys } from '../../src/keys/signing-keys.ts'
import { SECOND_MS } from '../../src/platform/clock.ts'
import { introspectAsJwt, publishedKeys } from '../provider/protected-responses.ts'
import { register, userinfo } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { STAGES, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { pause } from '../support/service-process.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')
const LOOPS = 3
/** Between two rounds, as apps have it: a rotation waits for the clock, not for them. */
const REST_MS = 60
/** What the relying parties below cache the key set for. */
const CACHED_MS = SECOND_MS
/** Longer than that and the second within which servers hear of a change. */
const PUBLISHED_FIRST_MS = 3 * SECOND_MS

/** Keys as a simple relying party has them: fetched when they are older than a second, never because one is missing. */
function createCachingKeys(stage: Stage): () => Promise<JWTVerifyGetKey> {
  let cached: { keys: ReturnType<typeof createLocalJWKSet>; untilMs: number } | undefined
  return async () => {
    if (!cached || Date.now() >= cached.untilMs)
      cached = { keys: await publishedKeys(stage), untilMs: Date.now() + CACHED_MS }
    return cached.keys
  }
}

for (const { name, stage: open } of STAGES)
  describe(`a rotation of all keys under load, on two processes with ${name}`, function () {
    const api = `https://rotation.example.com/${name.length}`
    let stage: Stage
    let machine: Party
    let app: Party
    let refreshToken: string

    before(async () => {
      stage = await open()
      await stage.createResource({ identifier: api, scope: 'read', format: 'jwt' })
      const grant = { grant_types: ['client_credentials' as const], redirect_uris: [] }
      machine = await register(stage, { ...grant, allowed_resources: [api] })
      app = await register(stage, {
        id_token_signed_response_alg: 'RS256',
        userinfo_signed_response_alg: 'EdDSA',
      })
      refreshToken = (await app.tokensFor(await stage.person())).refresh_token
    })

    /** One round of what apps and resource servers do; answers how many tokens were verified. */
    async function round(keys: () => Promise<JWTVerifyGetKey>, signers: Set<string>): Promise<number> {
      const verify = async (jwt: string, audience: string) => {
        const { protectedHeader } = await jwtVerify(jwt, await keys(), { issuer: stage.issuer, audience })
        signers.add(`${protectedHeader.alg} ${protectedHeader.kid}`)
      }
      const issued = await machine.call('/oauth/token', { grant_type: 'client_credentials' })
      expect(issued.status, issued.text).to.equal(200)
      await verify(String(issued.json()['access_token']), api)

      const refreshed = await app.refresh(refreshToken)
      expect(refreshed.status, refreshed.text).to.equal(200)
      const { id_token, access_token } = refreshed.json() as Record<string, string>
      await verify(id_token!, app.clientId)
      expect((await app.introspect(access_token!)).json()).to.include({ active: true })
      await verify((await introspectAsJwt(stage, access_token!, app.auth)).text, app.clientId)
      await verify((await userinfo(stage, access_token!)).text, app.clientId)
      return 4
    }

    it('fails no request and no verification, twice in a row, without a restart [S-5.17]', async () => {
      const { db } = stage.parts
      const [failures, signers] = [[] as string[], new Set<string>()]
      let [verified, running] = [0, true]
      const load = Array.from({ length: LOOPS }, async () => {
        const keys = createCachingKeys(stage)
        while (running) {
          await round(keys, signers).then(
            (count) => (verified += count),
            (error: Error) => failures.push(error.message),
          )
          await pause(REST_MS)
        }
      })

      for (const rotation of [1, 2]) {
        const step = () => rotateSigningKeys(db, stage.parts, { publishedFirstMs: PUBLISHED_FIRST_MS })
        const readyAtMs = Math.max(...(await step()).map(({ usedFromMs }) => usedFromMs))
        await rotateEncryptionKeys(db, stage.parts, { now: true })
        await until(() => Date.now() > readyAtMs, 'the next keys were published long enough')
        expect(
          (await step()).map(({ outcome }) => outcome),
          `rotation ${rotation}`,
        ).to.eql(SIGNING_ALGS.map(() => 'activated'))
        const current = (await listSigningKeys(db)).filter(({ state }) => state === 'current')
        const used = current.filter(({ alg }) => alg !== 'PS256').map(({ alg, kid }) => `${alg} ${kid}`)
        await until(() => used.every((signer) => signers.has(signer)), 'the new keys sign')
      }
      running = false
      await Promise.all(load)

      expect(failures.slice(0, 5)).to.eql([])
      expect(verified).to.be.greaterThan(100)
      for (const alg of ['ES256', 'RS256', 'EdDSA'])
        expect(
          [...signers].filter((signer) => signer.startsWith(alg)),
          alg,
        ).to.have.length(3)
    })

    it('is finished by the next order when a command was killed in the middle', async () => {
      const { db } = stage.parts
      const states = async () => (await listSigningKeys(db)).map(({ alg, state }) => `${alg} ${state}`).sort()
      const whole = [...SIGNING_ALGS].map((alg) => `${alg} current`).sort()
      const inUse = async () => (await states()).filter((each) => !each.endsWith('retired'))
      const before = (await states()).length
      const command = spawn(process.execPath, [CLI, 'keys', 'rotate', '--now'], { env: stage.env })
      const ended = once(command, 'exit')
      await until(async () => (await states()).length > before, 'the first key was made')
      command.kill('SIGKILL')
      await ended

      const half = await inUse()
      expect(half, 'every algorithm still has its key').to.include.members(whole)
      await rotateSigningKeys(db, stage.parts, { now: true })
      expect(await inUse()).to.eql(whole)
      const fresh = async () => publishedKeys(stage)
      await until(async () => (await round(fresh, new Set()).catch(() => 0)) === 4, 'the new keys are known')
    })
  })
