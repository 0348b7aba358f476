import { expect } from 'chai'
import type { Middleware } from 'koa'
import { healthRoutes } from '../../src/http/health.routes.ts'
import type { Probes } from '../../src/http/health.routes.ts'
import { listen } from './loopback.ts'
import type { Loopback } from './loopback.ts'

describe('http/health', () => {
  let app: Loopback | undefined
  let arrived = 0
  type Asked = Partial<Parameters<typeof healthRoutes>[1]>
  const start = async (probes: Probes, asked: Asked = {}) => {
    arrived = 0
    const count: Middleware = (_ctx, next) => {
      arrived += 1
      return next()
    }
    app = await listen([
      count,
      healthRoutes(probes, {
        isDraining: () => false,
        isStarted: () => true,
        ...asked,
      }).routes() as Middleware,
    ])
    return app.url
  }
  const down = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.5:3306'))
  afterEach(async () => {
    await app?.close()
  })

  it('is live and ready when every probe answers', async () => {
    const url = await start({ database: () => Promise.resolve(1), redis: () => Promise.resolve('PONG') })
    expect((await fetch(`${url}/health/live`)).status).to.equal(200)
    const ready = await fetch(`${url}/health/ready`)
    expect(ready.status).to.equal(200)
    expect(await ready.json()).to.deep.equal({ status: 'ready' })
    expect(ready.headers.get('cache-control')).to.equal('no-store')
  })

  it('is live but not ready when a probe fails, and shows only its name', async () => {
    const thrower = () => {
      throw new Error('at once')
    }
    const url = await start({ database: down, redis: () => Promise.resolve(), mail: thrower })
    expect((await fetch(`${url}/health/live`)).status).to.equal(200)
    const ready = await fetch(`${url}/health/ready`)
    expect(ready.status).to.equal(503)
    expect(await ready.json()).to.deep.equal({ status: 'unready', failed: ['database', 'mail'] })
  })

  it('does not wait longer than a second for a probe without an answer, and stays live meanwhile', async () => {
    const url = await start({ database: () => new Promise(() => {}) })
    const startedAtMs = performance.now()
    const answered: string[] = []
    const ready = fetch(`${url}/health/ready`).finally(() => answered.push('ready'))
    expect((await fetch(`${url}/health/live`)).status).to.equal(200)
    answered.push('live')
    expect(await (await ready).json()).to.deep.include({ failed: ['database'] })
    expect(answered).to.eql(['live', 'ready'])
    expect(performance.now() - startedAtMs).to.be.within(900, 60_000)
  })

  it('probes once for many callers at a time, and again for the next', async () => {
    let probed = 0
    let answer = () => {}
    const probe = () => {
      probed += 1
      return new Promise<void>((resolve) => (answer = resolve))
    }
    const url = await start({ database: probe })
    const many = Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/health/ready`)))
    while (arrived < 20) await new Promise((resolve) => setImmediate(resolve))
    answer()
    expect((await many).every(({ status }) => status === 200)).to.equal(true)
    expect(probed).to.equal(1)
    const next = fetch(`${url}/health/ready`)
    while (probed === 1) await new Promise((resolve) => setImmediate(resolve))
    answer()
    expect((await next).status).to.equal(200)
  })

  it('has started from the moment when everything was there, also when something fails later', async () => {
    let isStarted = false
    const url = await start({ database: down }, { isStarted: () => isStarted, isDraining: () => true })
    const ask = async () => {
      const answer = await fetch(`${url}/health/startup`)
      return [answer.status, await answer.json(), answer.headers.get('cache-control')]
    }
    expect(await ask()).to.eql([503, { status: 'starting' }, 'no-store'])
    isStarted = true
    expect(await ask()).to.eql([200, { status: 'started' }, 'no-store'])
  })

  it('is live but not ready while draining', async () => {
    const url = await start({}, { isDraining: () => true })
    expect((await fetch(`${url}/health/live`)).status).to.equal(200)
    const ready = await fetch(`${url}/health/ready`)
    expect(ready.status).to.equal(503)
    expect(await ready.json()).to.deep.include({ failed: ['draining'] })
  })
})
