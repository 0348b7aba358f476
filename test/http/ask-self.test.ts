import { expect } from 'chai'
import { createAskSelf } from '../../src/http/ask-self.ts'

describe('a request to this server itself', () => {
  const ask = createAskSelf('https://accounts.example.org', (request, response) => {
    let body = ''
    request.on('data', (piece) => (body += String(piece)))
    request.on('end', () => {
      const { method, url, headers, socket } = request
      response.setHeader('etag', '"one"').writeHead(url === '/none' ? 204 : 201)
      if (url === '/none') return response.end()
      const seen = { method, url, host: headers.host, accept: headers.accept, ip: socket.remoteAddress, body }
      response.end(url === '/large' ? 'x'.repeat(1_000_000) : JSON.stringify(seen))
    })
  })
  const from = { headers: {}, ip: '192.0.2.7' }

  it('comes from the person’s address and under the issuer’s name, with its body', async () => {
    const answer = await ask({ ...from, method: 'POST', path: '/a?b=c', body: 'typed' })
    expect(answer.status).to.equal(201)
    expect(answer.headers.etag).to.equal('"one"')
    expect(JSON.parse(answer.text)).to.eql({
      method: 'POST',
      url: '/a?b=c',
      host: 'accounts.example.org',
      accept: 'application/json',
      ip: '192.0.2.7',
      body: 'typed',
    })
  })

  it('has a body or none, in both directions, and reads long answers', async () => {
    expect(await ask({ ...from, method: 'GET', path: '/none' })).to.include({ status: 204, text: '' })
    expect((await ask({ ...from, method: 'DELETE', path: '/none' })).status).to.equal(204)
    expect((await ask({ ...from, method: 'GET', path: '/large' })).text).to.have.length(1_000_000)
    const many = await Promise.all(
      Array.from({ length: 50 }, (_, n) => ask({ ...from, method: 'GET', path: `/${n}` })),
    )
    expect(many.map(({ text }) => (JSON.parse(text) as { url: string }).url)).to.eql(
      many.map((_, n) => `/${n}`),
    )
  })

  it('fails where the server closes the connection without an answer', async () => {
    const broken = createAskSelf('http://localhost', (request) => request.socket.destroy())
    const outcome = await broken({ ...from, method: 'GET', path: '/' }).then(
      () => 'answered',
      () => 'failed',
    )
    expect(outcome).to.equal('failed')
  })
})
