import { expect } from 'chai'
import { animation, bomb, photo, png } from '../pictures/samples.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { createVisitor, formsOf } from '../support/visitor.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { visitAdministration } from '../support/administrators.ts'
import { holderAt, linksOf, plain } from './holder.ts'

const SCRIPT = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

describe('the logo of an app, in the administration', () => {
  let server: RunningServer
  let path: string
  let visitor: Visitor
  before(async () => {
    server = await startServer({ store: 'sqlite' })
    const { client_id: id } = await server.createClient({
      client_name: 'Tides',
      redirect_uris: ['https://tides.example.com/callback'],
    })
    path = `/admin/clients/${id}`
    ;({ visitor } = await visitAdministration(server, { path }))
  })
  after(() => server.stop())

  /** Sends the form that is open. */
  function send(page: Visited, bytes: Buffer | string, by = visitor): Promise<Visited> {
    const [found] = formsOf(page.text).filter(({ action }) => action.endsWith('/logo'))
    const form = new FormData()
    for (const [name, value] of Object.entries(found?.hidden ?? {})) form.set(name, value)
    form.set('file', new File([new Uint8Array(Buffer.from(bytes))], 'logo.png'))
    return by.upload(page.url, form)
  }
  const rows = () => server.parts.db('client_logos').select('id')

  it('is uploaded, shown, and removed', async () => {
    const form = await visitor.get(`${path}/logo`)
    expect(form.heading).to.equal('Set the logo of a client')
    const done = await send(form, await png())
    expect([done.url.pathname, done.heading]).to.eql([path, 'Tides'])
    expect(plain(done)).to.contain('The logo was saved.')
    const [, source = ''] = /<img src="(\/client-logo\/[^"]+)"/.exec(done.text) ?? []
    expect((await visitor.get(source)).status).to.equal(200)
    expect((await visitor.get(`${path}/logo`)).text, 'the form shows it').to.contain(source)
    const asked = await visitor.get(`${path}/remove-logo`)
    const removed = await visitor.followForm(asked, {})
    expect(plain(removed)).to.contain('The logo was removed.')
    expect(removed.text).not.to.contain('/client-logo/')
    expect(linksOf(removed)).to.contain(`${path}/logo`).and.not.contain(`${path}/remove-logo`)
  })

  it('says at the field why a file is refused, and keeps nothing of it', async () => {
    const odd: Record<string, [Buffer | string, string]> = {
      'no file': ['', 'Choose a file.'],
      'an SVG with a script': [SCRIPT, 'isn’t a JPEG, PNG, WebP or GIF'],
      'half a JPEG': [(await photo()).subarray(0, 200), 'may be damaged'],
      'a bomb': [await bomb(), 'up to 50 million pixels'],
      'a file above the limit': [Buffer.alloc(5 * 1024 * 1024 + 1), 'up to 5 MB'],
    }
    for (const [about, [file, said]] of Object.entries(odd)) {
      const page = await send(await visitor.get(`${path}/logo`), file)
      expect(page.heading, about).to.equal('Set the logo of a client')
      expect(page.text, about).to.contain('id="field-file-error"')
      expect(plain(page), about).to.contain(said)
    }
    expect(await rows()).to.eql([])
  })

  it('is not taken without the token of the form, or from somebody who is not signed in [S-2.253]', async () => {
    const form = new FormData()
    form.set('file', new File([new Uint8Array(await png())], 'logo.png'))
    await visitor.upload(`${path}/logo`, form)
    const stranger = await createVisitor(server.issuer).upload(`${path}/logo`, form)
    expect(stranger.heading, 'a sign-in is asked for').to.match(/^Sign in/)
    expect(await rows()).to.eql([])
  })

  it('is offered to nobody who may only read apps', async () => {
    const { visitor: reader } = await holderAt(server, ['clients:read'])
    const page = await reader.get(path)
    expect(page.heading).to.equal('Tides')
    expect(linksOf(page)).not.to.contain(`${path}/logo`)
    expect((await reader.get(`${path}/logo`)).status).to.equal(403)
    const form = await visitor.get(`${path}/logo`)
    const refused = await send(form, await animation(), reader)
    expect(refused.status).to.be.within(400, 499)
    expect(await rows()).to.eql([])
  })
})
