import { expect } from 'chai'
import { register } from '../provider/relying-party.ts'
import type { Party, Tokens } from '../provider/relying-party.ts'
import { send } from '../provider/send.ts'
import type { Sent } from '../provider/send.ts'
import { openStage, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'

const CLIENTS = 12

describe('a server process that is stopped and continues', function () {
  let stage: Stage
  let spa: Party

  before(async () => {
    stage = await openStage({ store: 'mariadb+redis', separate: true })
    spa = await register(stage, { token_endpoint_auth_method: 'none' })
  })
  after(() => stage.stop())

  const post = (
    process: { port: number },
    form: Record<string, string>,
    ending: Pick<Sent, 'signal' | 'onSent'> = {},
  ) =>
    send(`http://127.0.0.1:${process.port}`, {
      to: '/oauth/token',
      form: { client_id: spa.clientId, ...form },
      headers: { host: new URL(stage.issuer).host },
      ...ending,
    })
  const refreshing = (token: string) => ({ grant_type: 'refresh_token', refresh_token: token })

  it('does not take an old request for reuse after its client asked another process', async () => {
    const [frozen, other] = [stage.processes[0]!, stage.processes[1]!]
    const held = await Promise.all(
      Array.from({ length: CLIENTS }, async () => spa.tokensFor(await stage.person())),
    )
    // Warm, so that it reaches the tokens before its event loop has turned often.
    await Promise.all(held.map(() => post(frozen, refreshing('rt_none'))))
    process.kill(frozen.pid, 'SIGSTOP')
    const third = await Promise.all(
      held.map(async ({ refresh_token: first }) => {
        const hangUp = new AbortController()
        const { signal } = hangUp
        const unheard = post(frozen, refreshing(first), { signal, onSent: () => hangUp.abort() })
        expect(await unheard.catch(() => 'hung up'), first).to.equal('hung up')
        const second = (await post(other, refreshing(first))).json() as Tokens
        return ((await post(other, refreshing(second.refresh_token))).json() as Tokens).refresh_token
      }),
    )
    process.kill(frozen.pid, 'SIGCONT')
    const refused = () => stage.log().split(`"pid":${frozen.pid},"event":"grant.error"`).length - 1
    await until(() => refused() >= 2 * CLIENTS, 'it has come to all of them')
    const answers = await Promise.all(third.map((token) => post(other, refreshing(token))))
    expect(answers.map(({ status }) => status)).to.eql(Array(CLIENTS).fill(200))
    expect(stage.log()).not.to.contain('oidc.reuse_detected')
  })
})
