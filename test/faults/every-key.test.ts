import { expect } from 'chai'
import { Redis } from 'ioredis'
import { createProver } from '../provider/binding/prover.ts'
import { registerApp } from '../protocol/challenge/first-party-app.ts'
import { CIBA_GRANT, idOf, registerAsker } from '../protocol/ciba/asker.ts'
import { DEVICE_GRANT } from '../protocol/device/device-code.ts'
import type { Issued } from '../protocol/device/device-code.ts'
import { register, signIn } from '../provider/relying-party.ts'
import { openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createRegistrar } from '../protocol/registration/registrar.ts'
import { startRedis, startRedisCluster } from '../support/services.ts'
import type { RedisNode } from '../support/services.ts'

/** What the flows below must have left in Redis, so that the test sees every kind of key. */
const KINDS = [
  'ac',
  'ac:used',
  'as',
  'at',
  'br',
  'br:body',
  'cc',
  'dc',
  'dc:body',
  'flows',
  'gone',
  'grant',
  'in',
  'pace',
  'pr',
  'pr:body',
  'pr:used',
  'rd',
  'ready',
  'rt',
  'rt:used',
  'session',
  'told',
  'uc',
]

const SERVERS = [
  {
    name: 'Redis',
    start: async () => {
      const { url, stop } = await startRedis()
      const { hostname, port } = new URL(url)
      return { dsn: url, nodes: [{ host: hostname, port: Number(port) }], stop }
    },
  },
  {
    name: 'a Redis Cluster',
    start: async () => {
      const { nodes, stop } = await startRedisCluster()
      return {
        dsn: `redis+cluster://${nodes.map(({ host, port }) => `${host}:${port}`).join(',')}`,
        nodes,
        stop,
      }
    },
  },
]

for (const { name, start } of SERVERS)
  describe(`every key in ${name}`, () => {
    it('has an expiry, in every flow [S-4.20]', async () => {
      const { dsn, nodes, stop } = await start()
      const env = { ACCOUNT_SERVER_REDIS_DSN: dsn, ACCOUNT_SERVER_CLIENT_REGISTRATION: 'open' }
      const stage = await openStage({ store: 'mariadb+redis', processes: 1, env })
      try {
        await playEverything(stage)
        const keys = (await Promise.all(nodes.map(keysOf))).flat()
        const kinds = new Set(keys.map(({ key }) => kindOf(key)))
        expect(KINDS.filter((kind) => !kinds.has(kind))).to.deep.equal([])
        // -1: it has none; -2: it ended between the two questions.
        expect(keys.filter(({ ttlMs }) => ttlMs === -1).map(({ key }) => key)).to.deep.equal([])
      } finally {
        await stage.stop()
        await stop()
      }
    })
  })

async function playEverything(stage: Stage): Promise<void> {
  const person = await stage.person()
  const { email } = person
  const visitor = stage.visitor()
  await stage.send({ to: '/health/ready' })
  // Codes, refresh tokens, opaque tokens, what was used, what was revoked.
  const spa = await register(stage, { token_endpoint_auth_method: 'none' })
  const tokens = await spa.tokensFor(person, {}, visitor)
  await spa.refresh(tokens.refresh_token)
  const web = await register(stage)
  await web.revoke((await web.tokensFor(person)).refresh_token)
  // A pushed request that is used, and one that opens a page and is left.
  for (const who of [visitor, stage.visitor()]) {
    const fields = Object.fromEntries(new URL(web.authorizePath(), stage.issuer).searchParams)
    const pushed = await web.call('/oauth/par', fields)
    const request = { client_id: web.clientId, request_uri: String(pushed.json()['request_uri']) }
    const path = `/oauth/authorize?${new URLSearchParams(request)}`
    if (who === visitor) await signIn(who, path, person)
    else await who.get(path)
  }
  await playWithoutBrowser(stage, email)
  await createRegistrar(stage).register({
    client_name: 'Notes',
    redirect_uris: ['https://app.example.com/cb'],
  })
  const ending = stage.visitor()
  await ending.signIn({ email, password: PASSWORD })
  await ending.get('/oauth/logout')
}

/** Machines, devices, people asked behind the scenes, apps with a form of their own. */
async function playWithoutBrowser(stage: Stage, email: string): Promise<void> {
  const machine = await register(stage, { grant_types: ['client_credentials'], redirect_uris: [] })
  const key = await createProver()
  const url = `${stage.issuer}/oauth/token`
  const ask = async (nonce?: string) =>
    machine.call(
      '/oauth/token',
      { grant_type: 'client_credentials' },
      { ...machine.auth, DPoP: await key.prove({ url, nonce }) },
    )
  await ask(String((await ask()).headers['dpop-nonce']))
  await machine.call('/oauth/token', { grant_type: 'client_credentials' })
  const tv = await register(stage, {
    redirect_uris: [],
    grant_types: [DEVICE_GRANT],
    token_endpoint_auth_method: 'none',
  })
  const issued = (await tv.call('/oauth/device', { scope: 'openid' })).json() as Issued
  await tv.call('/oauth/token', { grant_type: DEVICE_GRANT, device_code: issued.device_code })
  await stage.visitor().get('/device')
  const bank = await registerAsker(stage)
  const asked = await bank.call('/oauth/backchannel', { scope: 'openid', login_hint: email })
  await bank.call('/oauth/token', { grant_type: CIBA_GRANT, auth_req_id: idOf(asked) })
  const app = await registerApp(stage)
  await app.begin()
}

async function keysOf(node: RedisNode): Promise<{ key: string; ttlMs: number }[]> {
  const client = new Redis(node)
  const keys = await client.keys('*')
  const found = await Promise.all(keys.map(async (key) => ({ key, ttlMs: await client.pttl(key) })))
  client.disconnect()
  return found
}

/** `{tag}:kind:digest[:more]`, `{tag}:root[:gone]`, or a name of the server's own. */
function kindOf(key: string): string {
  if (!key.startsWith('{')) return key.includes('told') ? 'told' : key.split(':')[0]!
  const [, kind = '', third, fourth] = key.split(':')
  if (third === 'gone') return 'gone'
  return fourth === 'used' || fourth === 'body' ? `${kind}:${fourth}` : (fourth ?? kind)
}
