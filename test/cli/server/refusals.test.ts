import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { keepSignIn } from '../../../src/command-line/server/kept-sign-ins.ts'
import { ownMachine } from './command-line-at.ts'

describe('The command line and servers that refuse', () => {
  const machine = ownMachine()
  after(() => machine.remove())

  const refusalOf = async (args: string[], env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await machine.cli([...args, '--json'], env)
    expect({ code, stdout }).to.eql({ code: 1, stdout: '' })
    return JSON.parse(stderr.slice(stderr.indexOf('{'))) as { error: string; error_description: string }
  }

  it('sends a token to https and to this machine only', async () => {
    for (const server of ['http://accounts.example.com', 'accounts.example.com', 'ftp://localhost']) {
      const { error, error_description: why } = await refusalOf(['group', 'list', '--server', server])
      expect(error, server).to.equal('usage')
      expect(why, server).to.match(/--server takes/)
    }
    for (const server of ['https://localhost/path', 'https://me:secret@localhost', 'https://localhost/?a=b'])
      expect((await refusalOf(['group', 'list', '--server', server])).error_description, server).to.match(
        /the address of a server/,
      )
  })

  it('says which commands need the database', async () => {
    const server = ['--server', 'http://localhost:9']
    const env = { ACCOUNT_SERVER_TOKEN: 'x' }
    for (const args of [
      ['keys', 'reseal'],
      ['migrate'],
      ['account', 'reset-password', 'ann@example.com'],
      ['audit', 'verify'],
    ]) {
      const { error, error_description: why } = await refusalOf([...args, ...server], env)
      expect(error, args.join(' ')).to.equal('needs_database')
      expect(why, args.join(' ')).to.contain('needs the database')
    }
  })

  it('names a server that does not answer', async () => {
    const { error, error_description: why } = await refusalOf(
      ['group', 'list', '--server', 'http://localhost:9'],
      {
        ACCOUNT_SERVER_TOKEN: 'x',
      },
    )
    expect(error).to.equal('server_unreachable')
    expect(why).to.match(/^localhost:9 does not answer/)
  })

  it('wants the secret of a machine in a file', async () => {
    const { error_description: why } = await refusalOf(['group', 'list', '--server', 'http://localhost:9'], {
      ACCOUNT_SERVER_CLIENT_ID: 'job',
    })
    expect(why).to.contain('ACCOUNT_SERVER_CLIENT_SECRET_FILE')
  })

  describe('beside a server that answers as the test says', () => {
    let server: Server
    let origin: string
    const polls: number[] = []
    const answers: { status: number; body: object }[] = []
    let page = false
    let lacking: string | undefined

    before(async () => {
      server = createServer(serve)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      origin = `http://localhost:${(server.address() as AddressInfo).port}`
    })
    after(() => server.close())
    beforeEach(() => {
      polls.length = 0
      answers.length = 0
      page = false
      lacking = undefined
    })

    function serve({ url = '' }: IncomingMessage, response: ServerResponse): void {
      const answer = (status: number, body: object) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      }
      if (page) {
        response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
        return
      }
      if (url.startsWith('/api/v1') && lacking !== undefined)
        return answer(403, { code: 'insufficient_scope', detail: `The token lacks the scope ${lacking}.` })
      if (url.startsWith('/api/v1')) return answer(401, STALE)
      if (url.startsWith('/.well-known')) return answer(200, discovery())
      if (url === '/device') return answer(200, { ...DEVICE, verification_uri: `${origin}/page` })
      polls.push(Date.now())
      const { status, body } = answers.shift() ?? { status: 400, body: { error: 'expired_token' } }
      answer(status, body)
    }
    const STALE = {
      code: 'insufficient_user_authentication',
      detail: 'The sign-in is older than 60 seconds.',
    }
    const DEVICE = { device_code: 'd', user_code: 'ABCD-EFGH', expires_in: 60, interval: 0.05 }
    const discovery = () => ({
      issuer: origin,
      token_endpoint: `${origin}/token`,
      device_authorization_endpoint: `${origin}/device`,
      revocation_endpoint: `${origin}/revoke`,
    })
    const pending = { status: 400, body: { error: 'authorization_pending' } }

    it('waits longer after slow_down, and ends with the code', async () => {
      answers.push(pending, { status: 400, body: { error: 'slow_down' } }, pending)
      const { error, error_description: why } = await refusalOf(['login', '--server', origin])
      expect(error).to.equal('expired_token')
      expect(why).to.contain('Run login again')
      const gaps = polls.slice(1).map((at, index) => at - polls[index]!)
      expect(gaps[0]).to.be.lessThan(4_000)
      expect(gaps[1]).to.be.at.least(5_000)
      expect(gaps[2]).to.be.at.least(5_000)
    })

    it('says what else the server refuses, and that it offers no sign-in', async () => {
      answers.push({ status: 400, body: { error: 'invalid_grant', error_description: 'the code is gone' } })
      expect(await refusalOf(['login', '--server', origin])).to.include({
        error: 'sign_in_refused',
        error_description: 'the code is gone',
      })
    })

    it('refuses a server that calls itself otherwise', async () => {
      const other = origin.replace('localhost', '127.0.0.1')
      const { error, error_description: why } = await refusalOf(['login', '--server', other])
      expect(error).to.equal('other_issuer')
      expect(why).to.contain(`--server ${origin}`)
    })

    it('asks for a new sign-in once the last one is too old', async () => {
      const { error, error_description: why } = await refusalOf(['group', 'list', '--server', origin], {
        ACCOUNT_SERVER_TOKEN: 'x',
      })
      expect(error).to.equal('sign_in_needed')
      expect(why).to.equal(`The sign-in is too old for this. Run: npm run cli -- login --server ${origin}`)
    })

    it('names the scope that a token lacks, and says where to get it', async () => {
      lacking = 'roles:read'
      const why = 'The token lacks the scope roles:read.'
      const command = ['role', 'list', '--server', origin]
      expect(await refusalOf(command, { ACCOUNT_SERVER_TOKEN: 'x' })).to.eql({
        error: 'insufficient_scope',
        error_description: `${why} Set ACCOUNT_SERVER_TOKEN to a token that has it.`,
      })
      const expiresAtMs = Date.now() + 3_600_000
      keepSignIn(machine.file, origin, { accessToken: 'x', refreshToken: 'y', expiresAtMs })
      expect(await refusalOf(command)).to.eql({
        error: 'insufficient_scope',
        error_description: `${why} Run: npm run cli -- login --server ${origin}`,
      })
    })

    it('knows a page of a proxy from the API', async () => {
      page = true
      const { error, error_description: why } = await refusalOf(['group', 'list', '--server', origin], {
        ACCOUNT_SERVER_TOKEN: 'x',
      })
      expect(error).to.equal('not_an_account_server')
      expect(why).to.contain('502')
    })
  })
})
