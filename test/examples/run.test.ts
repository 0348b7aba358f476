import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { firstFreePort } from '../../examples/free-ports.ts'
import { dataFolder, freePort } from '../support/service-process.ts'

const ROOT = join(import.meta.dirname, '..', '..')

async function hold(port: number): Promise<() => void> {
  const server = createServer().listen(port, '127.0.0.1')
  // Another program may hold it already: taken is what is wanted.
  await Promise.race([once(server, 'listening'), once(server, 'error').catch(() => undefined)]).catch(
    () => undefined,
  )
  return () => server.close()
}

describe('npm run example', () => {
  it('goes to the next ports when its usual ones are taken, and says where it is', async () => {
    const release = await Promise.all([8710, 8720].map(hold))
    const port = String(await freePort())
    const env = {
      ...process.env,
      ACCOUNT_SERVER_DATA_DIR: dataFolder('example-run'),
      ACCOUNT_SERVER_PORT: port,
    }
    const child = spawn(process.execPath, ['examples/run.ts'], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = { text: '' }
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output.text += String(chunk)))
    const ended = once(child, 'close')
    while (!output.text.includes('Sign in with')) {
      const next = await Promise.race([once(child.stdout, 'data'), ended.then(() => 'ended')])
      if (next === 'ended') throw new Error(output.text)
    }
    const [, app = ''] = /Demo app +(\S+)/.exec(output.text) ?? []
    const [, api = ''] = /Resource server +(\S+)/.exec(output.text) ?? []
    expect(new URL(app).port).to.not.equal('8710')
    expect(new URL(api).port).to.not.equal('8720')
    const page = await fetch(app)
    expect(await page.text()).to.contain('Sign in')
    const signIn = await fetch(new URL('/sign-in', app), { redirect: 'manual' })
    expect(signIn.status).to.be.below(500)
    expect((await fetch(new URL('/balance', api))).status).to.equal(401)
    child.kill('SIGINT')
    await ended
    for (const end of release) end()
  })

  it('says so when no port is free', async () => {
    const port = await freePort()
    const release = await hold(port)
    const refused = await firstFreePort(port, 1).catch((error: Error) => error.message)
    expect(refused).to.equal(`none of the ports ${port} to ${port} is free`)
    release()
  })
})
