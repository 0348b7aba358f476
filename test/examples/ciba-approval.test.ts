import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { createApprovalServer } from '../../examples/ciba-approval/server.ts'
import { acknowledged, receivedTokens, tokenError } from '../conformance/ciba-checks.ts'
import { openWorld, PLAN, playVariant, VARIANTS } from '../conformance/ciba-world.ts'
import type { Played, World } from '../conformance/ciba-world.ts'
import { until } from '../provider/stage.ts'
import { listenOn } from './listening.ts'
import { freePort, launch } from '../support/service-process.ts'
import type { Running } from '../support/service-process.ts'

const SCRIPT = join(import.meta.dirname, '../../examples/ciba-approval/run.ts')

describe('npm run approve', function () {
  let world: World
  let played: Played
  let approver: Running
  let address: URL
  let template: string

  before(async () => {
    world = await openWorld()
    played = await playVariant(world, VARIANTS[0]!)
    const file = join(world.dataDir, 'seeded.json')
    const { account, plans } = world.seeded
    writeFileSync(file, JSON.stringify({ account, plans }))
    const port = await freePort()
    const args = [SCRIPT, file, String(port)]
    approver = await launch({ command: process.execPath, args, ports: [port] })
    const configured = plans.find(({ plan }) => plan === PLAN)?.configuration['automated_ciba_approval_url']
    template = String(configured)
    address = new URL(template)
    address.port = String(port)
  })
  after(async () => {
    await approver?.stop()
    await world?.stop()
  })

  const call = (action: string, id: string, init: RequestInit = { method: 'POST' }) =>
    fetch(decodeURI(address.href).replace('{action}', action).replace('{auth_req_id}', id), init)

  it('answers each request as it is asked to, on the account’s own pages', async () => {
    const [allowed, refused] = [acknowledged(await played.ask()), acknowledged(await played.ask())]
    const answer = await call('allow', allowed)
    expect([answer.status, await answer.json()]).to.eql([200, { action: 'allow' }])
    expect((await call('deny', refused)).status).to.equal(200)
    await receivedTokens(world, played, await played.poll(allowed))
    tokenError(await played.poll(refused), 'access_denied')
  })

  it('signs in again when its session was ended', async () => {
    const id = acknowledged(await played.ask())
    const nextSecond = Math.ceil(Date.now() / 1000 + 1) * 1000
    await world.parts.db('accounts').update({ sessionsValidFromMs: nextSecond })
    await until(() => Date.now() > nextSecond, 'sessions of today count again')
    expect((await call('allow', id)).status).to.equal(200)
    await receivedTokens(world, played, await played.poll(id))
  })

  it('says that the account server does not answer, and keeps running after odd addresses', async () => {
    const port = await freePort()
    const person = { issuer: 'http://localhost:1', email: 'a@example.org', password: 'x' }
    const away = createApprovalServer({
      person,
      template: `http://localhost:${port}/s/{action}/{auth_req_id}`,
    })
    const stop = await listenOn(port, away)
    const status = (path: string) =>
      fetch(`http://localhost:${port}${path}`, { method: 'POST' }).then((answer) => answer.status)
    expect(await status('/s/allow/some-id')).to.equal(502)
    for (const odd of ['//', '/%', '/s/', '/s/allow/', `/s/allow/${'x'.repeat(600)}`])
      expect(await status(odd), odd).to.equal(404)
    await stop()
  })

  it('answers nothing without its secret, by another method, or for a request that is not there', async () => {
    const id = acknowledged(await played.ask())
    expect((await call('allow', id, { method: 'GET' })).status).to.equal(404)
    expect((await call('perhaps', id)).status).to.equal(404)
    const guessed = `${address.origin}/guessed/allow/${id}`
    expect((await fetch(guessed, { method: 'POST' })).status).to.equal(404)
    expect((await call('allow', 'somebody-elses')).status).to.equal(502)
    tokenError(await played.poll(id), 'authorization_pending')
  })
})
